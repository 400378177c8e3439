"""Who is believed for which type, and who may sign its status."""

from pathlib import Path

import pytest

from openid4vc.errors import TrustError
from openid4vc.trust.certificates import Certificate, Role
from openid4vc.trust.issuers import TrustedIssuer, TrustedIssuers
from openid4vc.trust.status_signers import StatusAnchors, StatusSigners
from tests.openid4vc.trust.authorities import NOW, Holder, root, self_signed

ROOT = root("Issuers")
OTHER = root("Other issuers")
HOSPITAL, OFFICE = "NTRFI-9900101-0", "NTRFI-9900102-9"


def entry(
    name: str,
    *vct: str,
    anchor: Holder = ROOT,
    organization_identifier: str | None = None,
    credential_issuers: frozenset[str] = frozenset(),
    valid_until: int | None = None,
    web_iss: str | None = None,
) -> TrustedIssuer:
    return TrustedIssuer(
        name=name,
        file=Path(f"{name}.pem"),
        organization_identifier=organization_identifier,
        vct=frozenset(vct),
        anchors=(anchor.certificate,),
        credential_issuers=credential_issuers,
        status_optional=False,
        status_3_superseded=False,
        iss_unchecked=False,
        valid_until=valid_until,
        web_iss=web_iss,
    )


def leaf(organization_identifier: str | None, *, under: Holder = ROOT, not_after: int = NOW + 9) -> Certificate:
    return under.issue("L", organization_identifier=organization_identifier, not_after=not_after).certificate


ISSUERS = TrustedIssuers(
    [
        entry("Hospital", "statement", organization_identifier=HOSPITAL),
        entry("Office", "plan", organization_identifier=OFFICE),
        entry("old", "diploma", anchor=OTHER, credential_issuers=frozenset({"https://old.example"})),
    ]
)


def refused(certificate: Certificate, vct: str, issuers: TrustedIssuers = ISSUERS) -> str:
    with pytest.raises(TrustError) as caught:
        issuers.for_credential((certificate,), vct=vct, now=NOW)
    return caught.value.code


def test_an_issuer_is_believed_for_the_types_of_its_entry() -> None:
    certificate = leaf(HOSPITAL)
    issuer, found = ISSUERS.for_credential((certificate,), vct="statement", now=NOW)
    assert (issuer.name, found) == ("Hospital", certificate)
    issuer, _ = ISSUERS.for_credential((leaf(None, under=OTHER),), vct="diploma", now=NOW)
    assert issuer.name == "old"


def test_a_known_issuer_of_another_type_is_not_authorised() -> None:
    assert refused(leaf(HOSPITAL), "plan") == "issuer_not_authorised_for_type"
    assert refused(leaf(OFFICE), "statement") == "issuer_not_authorised_for_type"
    assert refused(leaf(HOSPITAL), "statement2") == "issuer_not_authorised_for_type"


def test_the_organisation_of_the_leaf_must_be_the_entrys() -> None:
    assert refused(leaf("NTRFI-0000000-0"), "statement") == "untrusted_issuer"
    assert refused(leaf(None), "statement") == "untrusted_issuer"


def test_a_right_organisation_under_a_wrong_root_is_untrusted() -> None:
    assert refused(leaf(HOSPITAL, under=root("Fake")), "statement") == "untrusted_issuer"
    # The anchor of one entry says nothing for another entry.
    assert refused(leaf(HOSPITAL, under=OTHER), "statement") == "issuer_not_authorised_for_type"


def test_an_expired_leaf_is_called_expired() -> None:
    assert refused(leaf(HOSPITAL, not_after=NOW - 1), "statement") == "cert_expired"


def test_nobody_is_believed_where_nobody_is_listed() -> None:
    assert refused(leaf(HOSPITAL), "statement", TrustedIssuers([])) == "untrusted_issuer"


def test_a_list_past_its_next_update_vouches_for_nobody() -> None:
    late = TrustedIssuers([entry("Hospital", "statement", organization_identifier=HOSPITAL, valid_until=NOW - 1)])
    with pytest.raises(TrustError) as caught:
        late.for_credential((leaf(HOSPITAL),), vct="statement", now=NOW)
    assert (caught.value.code, caught.value.facts) == ("trust_list_invalid", {"file": "Hospital.pem"})
    just = TrustedIssuers([entry("Hospital", "statement", organization_identifier=HOSPITAL, valid_until=NOW)])
    just.for_credential((leaf(HOSPITAL),), vct="statement", now=NOW)
    assert refused(leaf(HOSPITAL), "plan", just) == "issuer_not_authorised_for_type"


def test_entries_are_found_by_organisation_type_and_issuer_identifier() -> None:
    hospital, _, old = ISSUERS.entries
    assert ISSUERS.for_organization(HOSPITAL) is hospital
    assert ISSUERS.for_organization("NTRFI-0000000-0") is None
    assert ISSUERS.for_organization_and_vct(HOSPITAL, "statement") is hospital
    assert ISSUERS.for_organization_and_vct(HOSPITAL, "plan") is None
    assert ISSUERS.for_credential_issuer("https://old.example", "diploma") is old
    assert ISSUERS.for_credential_issuer("https://old.example/", "diploma") is None
    assert ISSUERS.for_credential_issuer("https://old.example", "plan") is None
    assert ISSUERS.for_vct("plan") == [ISSUERS.entries[1]]


def test_keys_of_an_issuer_are_found_by_its_web_metadata_or_by_its_chain_and_never_by_both() -> None:
    web = entry("Web", "statement", web_iss="https://web.example")
    issuers = TrustedIssuers([web, entry("Hospital", "plan", organization_identifier=HOSPITAL)])
    assert issuers.by_web_metadata("https://web.example") == (web,)
    for iss in ("https://web.example/", "https://other.example", "", None, 1, ["https://web.example"]):
        assert issuers.by_web_metadata(iss) == ()
    assert refused(leaf(HOSPITAL), "statement", issuers) == "issuer_not_authorised_for_type"
    assert refused(leaf(OFFICE), "statement", issuers) == "untrusted_issuer"


def test_a_chain_is_held_to_the_rules_of_what_it_is_for(asked_roles: list[Role]) -> None:
    certificate, hospital = leaf(HOSPITAL), ISSUERS.entries[0]
    refused(leaf("NTRFI-0000000-0"), "statement")
    ISSUERS.for_credential((certificate,), vct="statement", now=NOW)
    signer(certificate, certificate, hospital)
    assert set(asked_roles) == {Role.ISSUER}
    asked_roles.clear()
    signer(leaf(HOSPITAL, under=STATUS), certificate, hospital)
    assert set(asked_roles) == {Role.STATUS}


STATUS = root("Status")
NAMED = root("Named status")
SIGNERS = StatusSigners(
    [
        StatusAnchors("shared", (STATUS.certificate,), frozenset()),
        StatusAnchors("named", (NAMED.certificate,), frozenset({OFFICE, "old"})),
    ]
)


def signer(status: Certificate, credential: Certificate, issuer: TrustedIssuer, now: int = NOW) -> Certificate:
    return SIGNERS.check((status,), certificate=credential, issuer=issuer, now=now)


def signer_refused(status: Certificate, credential: Certificate, issuer: TrustedIssuer, now: int = NOW) -> str:
    with pytest.raises(TrustError) as caught:
        signer(status, credential, issuer, now)
    return caught.value.code


def test_the_leaf_that_signed_the_credential_may_sign_its_list() -> None:
    hospital = ISSUERS.entries[0]
    certificate = leaf(HOSPITAL)
    assert signer(certificate, certificate, hospital) is certificate
    assert signer_refused(certificate, certificate, hospital, NOW + 10) == "cert_expired"
    # Another leaf of the same issuer may not: its key was made for credentials.
    assert signer_refused(leaf(HOSPITAL), certificate, hospital) == "chain_untrusted"


def test_a_status_signer_speaks_for_its_own_organisation() -> None:
    hospital, office, _ = ISSUERS.entries
    signs = leaf(HOSPITAL, under=STATUS)
    assert signer(signs, leaf(HOSPITAL), hospital) is signs
    assert signer_refused(signs, leaf(OFFICE), office) == "chain_untrusted"
    nameless = leaf(None, under=STATUS)
    assert signer_refused(nameless, leaf(None, under=OTHER), ISSUERS.entries[2]) == "chain_untrusted"


def test_a_status_signer_speaks_for_the_issuers_that_its_file_names() -> None:
    hospital, office, old = ISSUERS.entries
    signs = leaf("NTRFI-7", under=NAMED)
    assert signer(signs, leaf(OFFICE), office) is signs
    assert signer(signs, leaf(None, under=OTHER), old) is signs
    assert signer_refused(signs, leaf(HOSPITAL), hospital) == "chain_untrusted"


def test_a_chain_to_no_status_anchor_signs_no_list() -> None:
    hospital = ISSUERS.entries[0]
    assert signer_refused(leaf(HOSPITAL, under=root("Fake")), leaf(HOSPITAL), hospital) == "chain_untrusted"
    expired = leaf(HOSPITAL, under=STATUS, not_after=NOW - 1)
    assert signer_refused(expired, leaf(HOSPITAL), hospital) == "cert_expired"


def test_the_chain_of_a_status_signer_is_held_to_the_rules_of_every_chain() -> None:
    """HAIP 1.0 §6.1: without the anchor, and no self-signed leaf."""
    hospital, signs = ISSUERS.entries[0], leaf(HOSPITAL, under=STATUS)
    with pytest.raises(TrustError, match="x5c_invalid"):
        SIGNERS.check((signs, STATUS.certificate), certificate=leaf(HOSPITAL), issuer=hospital, now=NOW)
    alone = self_signed("Alone").certificate
    assert signer_refused(alone, leaf(HOSPITAL), hospital) == "cert_self_signed"
    # The leaf that signed the credential gets no easier terms.
    assert signer_refused(alone, alone, hospital) == "cert_self_signed"
