"""From a credential's type to everything that holds for it: the document of the type, and of all types it extends.

SD-JWT VC, "Extending Type Metadata", "Extending Display Metadata", "Extending Claim Metadata", "Circular extends
Dependencies of Types". Which document is needed next is said here; fetching it is the shell's:

    resolution = begin(reference(claims))
    while resolution.needed is not None:
        resolution = resolution.add(fetch(resolution.needed.vct))
    metadata = resolution.metadata()
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openid4vc.errors import CredentialError
from openid4vc.sd_jwt_vc import type_document
from openid4vc.sd_jwt_vc.type_document import ClaimDescription, MetadataPath, TypeDocument
from openid4vc.sd_jwt_vc.type_metadata import ClaimMetadata, TypeMetadata
from openid4vc.strict_json import JsonObject

# A national type extends a European one; nobody has told of a third step.
MAX_DOCUMENTS: Final = 8
MAX_BYTES: Final = 1 << 19


@dataclass(frozen=True, slots=True)
class Reference:
    """A type that is referred to, and the integrity metadata beside the reference, if there is any."""

    vct: str
    integrity: str | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The documents so far, the credential's own type first; `needed` is the one to get next, None when all are here.

    Nothing of a chain is used before all of it is here ("Processing Type Metadata").
    """

    documents: tuple[TypeDocument, ...]
    needed: Reference | None

    def add(self, raw: bytes) -> "Resolution":
        """With the octets of the document that was needed.

        CredentialError `type_metadata_integrity`; `type_metadata_invalid` for a document that is not well formed or is
        another type's, for a circle, and for a chain of more than MAX_DOCUMENTS or MAX_BYTES.
        """
        if self.needed is None:
            raise ValueError("no document is needed")
        document = type_document.parse(raw, vct=self.needed.vct, integrity=self.needed.integrity)
        documents = (*self.documents, document)
        if sum(len(each.raw) for each in documents) > MAX_BYTES:
            raise CredentialError("type_metadata_invalid", "too large together")
        if document.extends is None:
            return Resolution(documents, None)
        if any(each.vct == document.extends for each in documents):
            raise CredentialError("type_metadata_invalid", "extends itself")
        if len(documents) == MAX_DOCUMENTS:
            raise CredentialError("type_metadata_invalid", "extends too many")
        return Resolution(documents, Reference(document.extends, document.extends_integrity))

    def metadata(self) -> TypeMetadata:
        """What holds for the type; CredentialError `type_metadata_invalid` where a type loosens one it extends."""
        if self.needed is not None:
            raise ValueError("a document is missing")
        return combine(self.documents)


def reference(claims: JsonObject) -> Reference:
    """`vct` and `vct#integrity` of a verified credential; CredentialError `type_metadata_integrity`."""
    integrity = claims.get("vct#integrity")
    if "vct#integrity" in claims and not isinstance(integrity, str):
        raise CredentialError("type_metadata_integrity", "not a string")
    return Reference(claims["vct"], integrity)


def begin(needed: Reference) -> Resolution:
    """A resolution that has no document yet."""
    return Resolution((), needed)


def resolve(needed: Reference, documents: Mapping[str, bytes]) -> TypeMetadata:
    """The same for whoever has the documents already, by `vct`: `type_metadata_unavailable` where one is not there."""
    resolution = begin(needed)
    while resolution.needed is not None:
        raw = documents.get(resolution.needed.vct)
        if raw is None:
            raise CredentialError("type_metadata_unavailable", "a document of the chain")
        resolution = resolution.add(raw)
    return resolution.metadata()


def combine(documents: Sequence[TypeDocument]) -> TypeMetadata:
    """The effective metadata of the first document, each of which extends the next."""
    # "if that type defines its own `display` property, the original display metadata is ignored": also an empty one.
    display = next((document.display for document in documents if document.display is not None), ())
    # A path that a type inherits keeps its place; what the type adds follows.
    effective: dict[MetadataPath, ClaimDescription] = {}
    for document in reversed(documents):
        for claim in document.claims:
            inherited = effective.get(claim.path)
            effective[claim.path] = claim if inherited is None else _override(inherited, claim)
    claims = tuple(effective.values())
    type_document.check_claims(claims)
    return TypeMetadata(
        vct=documents[0].vct,
        extends=tuple(document.vct for document in documents[1:]),
        display=display,
        claims=tuple(
            ClaimMetadata(
                path=claim.path,
                display=claim.display or (),
                mandatory=claim.mandatory or False,
                sd=claim.sd or "allowed",
                svg_id=claim.svg_id,
            )
            for claim in claims
        ),
        document=documents[0].raw,
    )


def _override(inherited: ClaimDescription, claim: ClaimDescription) -> ClaimDescription:
    """Property by property, never the contents of two; "Limitations for `sd` and `mandatory`"."""
    if inherited.mandatory and claim.mandatory is False:
        raise CredentialError("type_metadata_invalid", "mandatory loosened")
    if inherited.sd in ("always", "never") and claim.sd not in (None, inherited.sd):
        raise CredentialError("type_metadata_invalid", "sd changed")
    return ClaimDescription(
        path=claim.path,
        display=inherited.display if claim.display is None else claim.display,
        mandatory=inherited.mandatory if claim.mandatory is None else claim.mandatory,
        sd=inherited.sd if claim.sd is None else claim.sd,
        svg_id=inherited.svg_id if claim.svg_id is None else claim.svg_id,
    )
