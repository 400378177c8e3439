"""The client identifier: who asks, and how that is proven.

OpenID4VP §5.9: the prefix says where the proof is. Of the prefixes, the two whose proof is the certificate in `x5c` are
spoken; HAIP 1.0 §5 asks for `x509_hash`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from openid4vc.errors import PresentationError
from openid4vc.trust.certificates import Certificate

Prefix = Literal["x509_hash", "x509_san_dns"]
_PREFIXES: Final[Mapping[str, Prefix]] = {"x509_hash": "x509_hash", "x509_san_dns": "x509_san_dns"}


@dataclass(frozen=True, slots=True)
class ClientId:
    """`text` is the whole, prefix included: what is compared and what a key binding is made for (§14.10)."""

    prefix: Prefix
    value: str

    @property
    def text(self) -> str:
        """The identifier as it travels."""
        return f"{self.prefix}:{self.value}"

    def check(self, certificate: Certificate) -> None:
        """§5.9.3: that the leaf is the one named; PresentationError `client_id_mismatch`."""
        if self.prefix == "x509_hash":
            named = self.value == certificate.sha256
        else:
            named = certificate.has_dns_name(self.value)
        if not named:
            raise PresentationError("client_id_mismatch", self.prefix, error="invalid_request")


def parse(text: str) -> ClientId:
    """An identifier from a link or request; PresentationError `client_id_prefix` for every other kind.

    Without a prefix it would be a client known in advance, of which there are none; `origin:` must be refused (§5.9.3);
    `redirect_uri:` proves nothing.
    """
    name, colon, value = text.partition(":")
    prefix = _PREFIXES.get(name)
    if not colon or prefix is None or not value or len(text) > 512:
        raise PresentationError("client_id_prefix", error="invalid_request")
    return ClientId(prefix, value)


def of_certificate(certificate: Certificate) -> ClientId:
    """The identifier of whoever holds the key of this leaf: `x509_hash` (HAIP 1.0 §5)."""
    return ClientId("x509_hash", certificate.sha256)
