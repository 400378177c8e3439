"""Somebody with an access certificate: a verifier that signs requests, an issuer that signs its metadata."""

from collections.abc import Sequence

from openid4vc.jose.jws import KeySigner
from openid4vc.trust.certificates import Role, x5c
from openid4vc.trust.making import DAY, Root, make_leaf, make_root
from openid4vc.vp import client_id
from tests.openid4vc.forging import new_key

NOW = 1_790_000_000
ROOT = make_root(Role.ACCESS, now=NOW)
ANCHORS = [ROOT.certificate]


class AccessHolder:
    """A key and its certificate under `root`."""

    def __init__(self, root: Root = ROOT, *, dns_names: Sequence[str] = ("verifier.example",), now: int = NOW) -> None:
        self.key = new_key()
        self.signer = KeySigner(self.key)
        self.certificate = make_leaf(
            root.role,
            root,
            organization="Office",
            organization_identifier="NTRFI-9900102-1",
            common_name="Office",
            dns_names=dns_names,
            public_key=self.key.public_key(),
            now=now,
            life_days=300,
        )

    @property
    def x5c(self) -> list[str]:
        return x5c([self.certificate])

    @property
    def client_id(self) -> str:
        return client_id.of_certificate(self.certificate).text


__all__ = ["ANCHORS", "DAY", "NOW", "ROOT", "AccessHolder"]
