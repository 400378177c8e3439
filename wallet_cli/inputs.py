"""What the person gave on the command line: a link as it is, or a picture or PDF with codes in it.

Nothing is opened or fetched here, and a link that is not one of ours is never handed to anything else.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from openid4vc import uri
from openid4vc.errors import PrintedCodeError, ProtocolError
from wallet_cli.errors import WalletError
from wallet_cli.terminal import shown

MAX_FILE_BYTES: Final = 12 << 20
_OFFER_SCHEMES: Final = frozenset({"openid-credential-offer", "haip-vci"})
_REQUEST_SCHEMES: Final = frozenset({"openid4vp", "haip-vp"})
# Twelve characters of Crockford's base32, as people type them: in groups, in any case.
_REQUEST_LINK: Final = re.compile(r"/(?:[a-z0-9._~-]+/)*p/(?:[0-9a-hjkmnp-tv-z]{4}-?){3}", re.IGNORECASE)
# The seal of a paper: a short prefix, then base45 (RFC 9285).
_SEAL: Final = re.compile(r"[A-Z]{2,12}[0-9]?:[0-9A-Z $%*+./:-]{60,}")


@dataclass(frozen=True, slots=True)
class Code:
    """A text, and the page of the file that it was on (None for a link from the command line).

    `kind` is offer, request, request_link, seal or other.
    """

    text: str
    page: int | None
    kind: str

    @property
    def host(self) -> str | None:
        """The service that would be asked, in ASCII; None where the text names none that may be asked."""
        try:
            return _host(self)
        except ProtocolError:
            return None


def kind_of(text: str) -> str:
    """Which of the things a wallet meets a text is; by its form alone."""
    scheme = uri.scheme_of(text)
    if scheme in _OFFER_SCHEMES:
        return "offer"
    if scheme in _REQUEST_SCHEMES:
        return "request"
    if scheme in ("https", "http"):
        return "request_link" if _is_request_link(text) else "other"
    return "seal" if _SEAL.fullmatch(text) else "other"


def codes_in(given: str) -> tuple[Code, ...]:
    """The link itself, or all codes of the file.

    WalletError `file_unreadable`, `input_unknown` (a link of another kind); PrintedCodeError for files.
    """
    kind = kind_of(given)
    if kind != "other":
        return (Code(given, None, kind),)
    path = Path(given).expanduser()
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError):
        # A web address, `tel:`, Wi-Fi: not ours, and certainly not a file name to complain about.
        if uri.scheme_of(given):
            raise WalletError("input_unknown") from None
        raise WalletError("file_unreadable", path=shown(given)) from None
    if len(data) > MAX_FILE_BYTES:
        raise WalletError("file_unreadable", path=shown(given))
    from openid4vc.printed_codes import read

    return tuple(Code(code.text, code.page, kind_of(code.text)) for code in read(data))


def the_one(
    codes: Sequence[Code], wanted: Callable[[Code], bool], *, otherwise: str, other_kinds: Sequence[str]
) -> Code:
    """The one code that a command is for.

    WalletError `otherwise` when there is one for the other command, `sealed_code` for the paper's seal,
    `several_codes` for more than one; PrintedCodeError `scan_foreign` when there are only codes of somebody else.
    """
    found = {code.text: code for code in codes if wanted(code)}
    if len(found) > 1:
        raise WalletError("several_codes", n=len(found))
    if found:
        return next(iter(found.values()))
    kinds = {code.kind for code in codes}
    if kinds.intersection(other_kinds):
        raise WalletError(otherwise)
    if "seal" in kinds:
        raise WalletError("sealed_code")
    raise PrintedCodeError("scan_foreign")


def offer_among(codes: Sequence[Code]) -> Code:
    """The offer that `receive` takes; errors as `the_one`."""
    return the_one(
        codes,
        lambda code: code.kind == "offer",
        otherwise="wrong_command_receive",
        other_kinds=("request", "request_link"),
    )


def request_among(codes: Sequence[Code]) -> Code:
    """The request that `present` answers; errors as `the_one`."""
    return the_one(
        codes,
        lambda code: code.kind in ("request", "request_link"),
        otherwise="wrong_command_present",
        other_kinds=("offer",),
    )


def _is_request_link(text: str) -> bool:
    try:
        path = uri.parse_url(text, allow_loopback_http=True).path_and_query
    except ProtocolError:
        return False
    return _REQUEST_LINK.fullmatch(path) is not None


def _host(code: Code) -> str | None:
    from wallet_cli.network import host_of

    if code.kind == "offer":
        from openid4vc.vci import credential_offer

        offered = credential_offer.parse_uri(code.text, allow_loopback_http=True)
        if isinstance(offered, credential_offer.OfferByReference):
            return host_of(offered.url)
        return host_of(offered.offer.credential_issuer)
    if code.kind == "request":
        parameters = dict(parse_qsl(code.text.partition("?")[2]))
        return host_of(parameters["request_uri"]) if "request_uri" in parameters else None
    return host_of(code.text) if code.kind == "request_link" else None
