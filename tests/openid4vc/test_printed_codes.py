"""Codes on paper, drawn here and read back; and the files that are no paper at all."""

import io
import struct
import subprocess
import sys
import zlib

import pypdfium2
import pytest
import segno
from PIL import Image, ImageFilter

from openid4vc import printed_codes
from openid4vc.errors import PrintedCodeError
from openid4vc.printed_codes import PrintedCode

OFFER = "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo%2F0123456789ABCDEFGHJKMNPQRS"


def picture(text: str = OFFER, *, scale: int = 6, level: str = "q") -> Image.Image:
    out = io.BytesIO()
    segno.make(text, error=level, micro=False, boost_error=False).save(out, kind="png", scale=scale, border=4)
    return Image.open(io.BytesIO(out.getvalue())).convert("L")


def page(*codes: Image.Image, size: tuple[int, int] = (1240, 1754)) -> Image.Image:
    """An A4 page at 150 dpi, unless said otherwise, with codes below one another."""
    paper = Image.new("L", size, 255)
    top = 100
    for code in codes:
        paper.paste(code, (100, top))
        top += code.height + 100
    return paper


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def pdf(*pages: Image.Image) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=150, save_all=True, append_images=pages[1:])
    return out.getvalue()


def refused(data: bytes, code: str) -> None:
    with pytest.raises(PrintedCodeError) as caught:
        printed_codes.read(data)
    assert caught.value.code == code


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("mode", ["L", "RGB", "1"])
def test_a_code_in_a_picture_is_read(kind: str, mode: str) -> None:
    assert printed_codes.read(saved(page(picture()).convert(mode), kind)) == (PrintedCode(1, OFFER),)


def test_a_picture_with_transparency_is_read() -> None:
    assert printed_codes.read(saved(page(picture()).convert("RGBA"), "PNG")) == (PrintedCode(1, OFFER),)


def test_a_photograph_that_is_turned_blurred_and_pressed_is_read() -> None:
    photograph = page(picture(scale=8)).rotate(4, fillcolor=255, expand=True).filter(ImageFilter.GaussianBlur(1))
    assert printed_codes.read(saved(photograph, "JPEG", quality=60)) == (PrintedCode(1, OFFER),)


def test_a_dense_code_of_two_pixels_a_module_is_read() -> None:
    text = "A" * 540
    assert printed_codes.read(saved(page(picture(text, scale=2)), "PNG")) == (PrintedCode(1, text),)


def test_two_codes_are_both_read_and_the_same_one_once() -> None:
    codes = printed_codes.read(saved(page(picture(), picture("seal"), picture()), "PNG"))
    assert sorted(code.text for code in codes) == sorted([OFFER, "seal"])


def test_every_page_of_a_pdf_is_read_with_its_number() -> None:
    document = pdf(page(picture()), page(), page(picture("second"), picture("third")))
    codes = printed_codes.read(document)
    assert codes[0] == PrintedCode(1, OFFER)
    assert {(code.page, code.text) for code in codes[1:]} == {(3, "second"), (3, "third")}


def test_a_small_code_in_a_pdf_is_read_at_a_higher_resolution() -> None:
    # 61 modules in 10 mm: one pixel a module at 150 dpi.
    out = io.BytesIO()
    picture(scale=8).save(out, "PDF", resolution=1200)
    assert printed_codes.read(out.getvalue()) == (PrintedCode(1, OFFER),)


def test_a_page_is_rendered_at_no_higher_resolution_than_the_limit_of_pixels_allows() -> None:
    out = io.BytesIO()
    picture(scale=8).save(out, "PDF", resolution=1200)
    for inches, found in ((22, True), (24, False)):
        with pypdfium2.PdfDocument(out.getvalue()) as document:
            document[0].set_mediabox(0, 0, inches * 72, inches * 72)
            wide = io.BytesIO()
            document.save(wide)
        # The same code on more paper: 24 inches by 24 are more than 50 million pixels at 300 dpi, not at 150.
        if found:
            assert printed_codes.read(wide.getvalue()) == (PrintedCode(1, OFFER),)
        else:
            refused(wide.getvalue(), "scan_none")


def test_paper_without_a_code_says_so() -> None:
    refused(saved(page(), "PNG"), "scan_none")
    refused(pdf(page(), page()), "scan_none")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge, in a few kilobytes."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


GIF = saved(page(), "GIF")
TIFF = saved(page(), "TIFF")
PNG = saved(page(picture()), "PNG")
JPEG = saved(page(picture()), "JPEG")
PDF = pdf(page(picture()))
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "scan_file"),
        (b"hello", "scan_file"),
        (SVG, "scan_file"),
        (GIF, "scan_file"),
        (TIFF, "scan_file"),
        (saved(page(), "BMP"), "scan_file"),
        (saved(page(), "WEBP"), "scan_file"),
        (PNG[:200], "scan_file"),
        (PNG[: len(PNG) // 2], "scan_file"),
        (JPEG[:100], "scan_file"),
        (JPEG[: len(JPEG) // 2], "scan_file"),
        (b"\xff\xd8\xff" + GIF, "scan_file"),
        (b"\x89PNG\r\n\x1a\n", "scan_file"),
        (b"%PDF-1.7\n", "scan_file"),
        (PDF[: len(PDF) // 2], "scan_file"),
        (b"%PDF-" + b"a" * (12 * 1024 * 1024), "scan_too_large"),
        (bomb(50_000, 50_000), "scan_too_large"),
        (bomb(10_000, 10_000), "scan_too_large"),
        (bomb(60_000_000, 1), "scan_too_large"),
        (pdf(*[page(size=(100, 100))] * 41), "scan_too_large"),
        (pdf(page(size=(8000, 8000))), "scan_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:8].hex(),
)
def test_what_is_no_picture_of_a_paper_is_refused(data: bytes, code: str) -> None:
    refused(data, code)


def test_a_file_beyond_the_limits_is_refused_in_little_memory() -> None:
    # In a process of its own, so that its memory can be measured.
    script = """
import sys
from openid4vc import printed_codes
from openid4vc.errors import PrintedCodeError
try:
    printed_codes.read(sys.stdin.buffer.read())
except PrintedCodeError as error:
    # Of this program alone: ru_maxrss still counts what the process was before it became this one.
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
    print(error.code, int(peak.split()[1]) // 1024)
"""
    run = subprocess.run(
        [sys.executable, "-c", script], input=bomb(50_000, 50_000), capture_output=True, timeout=60, check=True
    )
    code, megabytes = run.stdout.split()
    assert code == b"scan_too_large" and int(megabytes) < 512


@pytest.mark.parametrize("data", [PNG, JPEG, PDF], ids=["png", "jpeg", "pdf"])
@pytest.mark.parametrize("step", [7, 11])
def test_a_file_with_changed_octets_gives_codes_or_an_error_and_nothing_else(data: bytes, step: int) -> None:
    for position in range(step, len(data), max(len(data) // 12, 1)):
        changed = data[:position] + bytes([data[position] ^ 0x55]) + data[position + 1 :]
        try:
            printed_codes.read(changed)
        except PrintedCodeError as error:
            assert error.code in ("scan_none", "scan_file", "scan_too_large")


def test_the_libraries_are_loaded_only_when_a_file_is_read() -> None:
    script = "import sys, openid4vc.printed_codes; print({'PIL','pypdfium2','zxingcpp'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=True, text=True)
    assert run.stdout.strip() == "set()"
