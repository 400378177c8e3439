import base64
import hashlib

import pytest

from openid4vc.errors import CredentialError
from openid4vc.sd_jwt_vc import integrity

# Its digest has a plus and a slash, which are a hyphen and an underscore in the other alphabet.
RAW = b'{"vct":"2"}'


def sri(algorithm: str, raw: bytes = RAW) -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, raw).digest()).decode()}"


def test_what_is_made_is_verified_and_is_the_common_form() -> None:
    assert integrity.of(RAW) == sri("sha256")
    integrity.verify(RAW, integrity.of(RAW))


@pytest.mark.parametrize(
    "value",
    [
        sri("sha384"),
        sri("sha512"),
        f"{sri('sha256')} {sri('sha512')}",
        f"{sri('sha256', b'old')} {sri('sha256')}",
        f"{sri('sha256', b'weak and wrong')} {sri('sha384')}",
        f"md5-abcd {sri('sha256')}?ct=application/json",
        f"  {sri('sha256')}\t",
        sri("sha256").replace("+", "-").replace("/", "_"),
    ],
)
def test_the_strongest_digests_decide(value: str) -> None:
    integrity.verify(RAW, value)


@pytest.mark.parametrize(
    "value",
    [
        sri("sha256", b"other"),
        f"{sri('sha256')} {sri('sha512', b'other')}",
        sri("md5"),
        sri("sha1"),
        "",
        "sha256-",
        "sha256-!",
        "sha256",
        sri("sha256")[:-4],
        sri("sha256")[:20] + "!" + sri("sha256")[20:],
        sri("sha256").upper(),
        None,
        5,
        [sri("sha256")],
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(CredentialError, match="type_metadata_integrity"):
        integrity.verify(RAW, value)


def test_one_changed_octet_is_another_document() -> None:
    with pytest.raises(CredentialError, match="type_metadata_integrity"):
        integrity.verify(RAW + b"\n", integrity.of(RAW))


@pytest.mark.parametrize("value", [sri("sha256"), sri("md5"), f" {sri('sha384')}\n{sri('sha512')}?ct=a/b", "x-_w"])
def test_integrity_metadata_are_recognised_whatever_they_are_the_digest_of(value: str) -> None:
    assert integrity.is_metadata(value)


@pytest.mark.parametrize(
    "value", ["", " ", "sha256", "sha256-", "-AAAA", "sha256-!", f"{sri('sha256')} x", None, ["a-b"]]
)
def test_what_has_no_form_of_integrity_metadata_is_none(value: object) -> None:
    assert not integrity.is_metadata(value)
