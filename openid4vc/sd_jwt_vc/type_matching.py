"""Which types of credential a caller takes: a decision of its own, asked for whenever a credential is verified.

SD-JWT VC, "Other Credential Types - aka_vcts Claim", "Extending Type Metadata"; OpenID4VP 1.0 Annex B.3.5. Matching
says as what a credential counts. It is never authority ("Credential Type Extension and Issuer Authorization"): whoever
signs must be trusted for the credential's own `vct`.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Self

from openid4vc.errors import CredentialError
from openid4vc.sd_jwt_vc import integrity
from openid4vc.sd_jwt_vc.type_metadata import TypeMetadata
from openid4vc.strict_json import JsonObject


class TypeMatching(NamedTuple):
    """Made by one of the three class methods; there is no default."""

    vct_values: Collection[str] | None
    by_aka_vcts: bool
    described: Mapping[str, TypeMetadata]

    @classmethod
    def any_type(cls) -> Self:
        """Every type: for whoever decides afterwards, by the `vct` that was verified."""
        return cls(None, False, {})

    @classmethod
    def exact(cls, vct_values: Collection[str]) -> Self:
        """These types alone, compared as strings; what a credential says of further types counts for nothing."""
        return cls(vct_values, False, {})

    @classmethod
    def wider(cls, vct_values: Collection[str], *, by_aka_vcts: bool, described: Iterable[TypeMetadata]) -> Self:
        """These types, and what is one of them too: by its own `aka_vcts`, where that is believed, or because a type
        that is `described` extends one of them.
        """
        return cls(vct_values, by_aka_vcts, {each.vct: each for each in described})

    def match(self, vct: str, claims: JsonObject) -> str:
        """The type as which a credential with this `vct` and these claims is taken: its own if that will do.

        CredentialError `aka_vcts_invalid`, whatever is wanted; `vct_wrong`; `type_metadata_integrity` where it would
        match only by metadata that are not those which its issuer meant.
        """
        also = aka_vcts(claims, vct=vct) if "aka_vcts" in claims else ()
        if self.vct_values is None or vct in self.vct_values:
            return vct
        if self.by_aka_vcts:
            for other in also:
                if other in self.vct_values:
                    return other
        described = self.described.get(vct)
        if described is not None:
            for other in described.extends:
                if other in self.vct_values:
                    if "vct#integrity" in claims:
                        integrity.verify(described.document, claims["vct#integrity"])
                    return other
        raise CredentialError("vct_wrong")


def aka_vcts(claims: JsonObject, *, vct: str) -> tuple[str, ...]:
    """The claim `aka_vcts`: at least one string, and the `vct` itself is none of them.

    CredentialError `aka_vcts_invalid`.
    """
    values = claims["aka_vcts"]
    if not isinstance(values, list) or not values or not all(isinstance(each, str) and each for each in values):
        raise CredentialError("aka_vcts_invalid")
    if vct in values:
        raise CredentialError("aka_vcts_invalid", "the vct itself")
    return tuple(values)
