import json
from pathlib import Path
from typing import Any

import pytest

from openid4vc.errors import IssuanceError, ProtocolError
from openid4vc.trust.certificates import Certificate, Role, x5c
from openid4vc.trust.making import make_root
from openid4vc.vci import metadata
from openid4vc.vci.metadata import IssuerMetadata
from openid4vc.vci.token import GRANT
from tests.openid4vc.access import ANCHORS, DAY, NOW, ROOT, AccessHolder
from tests.openid4vc.forging import forge

ISSUER = "https://issuer.example/clinic"
ACCESS = AccessHolder(dns_names=["issuer.example"])
POLICY = {"authorised": ["NTRFI-9900102-1"], "except_claims": [["diagnoses"]]}


def configuration(**changes: Any) -> dict[str, Any]:
    usual = {
        "format": "dc+sd-jwt",
        "vct": "https://types.example/library-card/1",
        "scope": "library-card",
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": ["ES256"],
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
        "credential_metadata": {
            "display": [{"name": "Kirjastokortti", "locale": "fi"}, {"name": "Library card", "locale": "en"}],
            "claims": [
                {"path": ["number"], "mandatory": True, "display": [{"name": "Numero", "locale": "fi"}]},
                {"path": ["loans", None]},
            ],
            "disclosure_policy": POLICY,
        },
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def document(entry: object = None, **changes: Any) -> dict[str, Any]:
    usual = {
        "credential_issuer": ISSUER,
        "credential_endpoint": f"{ISSUER}/credential",
        "nonce_endpoint": f"{ISSUER}/nonce",
        "notification_endpoint": f"{ISSUER}/notification",
        "display": [{"name": "Clinic", "locale": "en"}],
        "credential_configurations_supported": {"card": configuration() if entry is None else entry},
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def parse(value: object, identifier: str = ISSUER) -> IssuerMetadata:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return metadata.parse_issuer_metadata(raw, identifier=identifier, allow_loopback_http=False)


def invalid(value: object) -> None:
    with pytest.raises(IssuanceError, match="metadata_invalid"):
        parse(value)


@pytest.mark.parametrize(
    ("identifier", "issuer_url", "server_url"),
    [
        (
            "https://a.example",
            "https://a.example/.well-known/openid-credential-issuer",
            "https://a.example/.well-known/oauth-authorization-server",
        ),
        (
            "https://a.example:8443/tenant",
            "https://a.example:8443/.well-known/openid-credential-issuer/tenant",
            "https://a.example:8443/.well-known/oauth-authorization-server/tenant",
        ),
        (
            "https://a.example/tenant/",
            "https://a.example/.well-known/openid-credential-issuer/tenant/",
            "https://a.example/.well-known/oauth-authorization-server/tenant",
        ),
        (
            "https://a.example/",
            "https://a.example/.well-known/openid-credential-issuer/",
            "https://a.example/.well-known/oauth-authorization-server",
        ),
    ],
)
def test_the_well_known_path_stands_between_host_and_path(identifier: str, issuer_url: str, server_url: str) -> None:
    assert metadata.issuer_metadata_url(identifier) == issuer_url
    assert metadata.authorization_server_metadata_url(identifier) == server_url


def test_good_metadata_is_parsed() -> None:
    parsed = parse(document())
    assert (parsed.credential_endpoint, parsed.nonce_endpoint) == (f"{ISSUER}/credential", f"{ISSUER}/nonce")
    assert (parsed.notification_endpoint, parsed.authorization_servers) == (f"{ISSUER}/notification", (ISSUER,))
    assert (parsed.batch_size, parsed.labels, parsed.unsupported) == (1, {"en": "Clinic"}, {})
    card = parsed.configuration("card")
    assert (card.vct, card.scope) == ("https://types.example/library-card/1", "library-card")
    assert card.labels == {"fi": "Kirjastokortti", "en": "Library card"}
    assert [(claim.path, claim.mandatory, claim.labels) for claim in card.claims] == [
        (("number",), True, {"fi": "Numero"}),
        (("loans", None), False, {}),
    ]
    assert card.disclosure_policy == POLICY


def test_unknown_members_are_ignored_and_optional_endpoints_may_be_absent() -> None:
    parsed = parse(document(configuration(x=1), nonce_endpoint=None, notification_endpoint=None, x=1))
    assert (parsed.nonce_endpoint, parsed.notification_endpoint) == (None, None)


@pytest.mark.case("W-06")
@pytest.mark.parametrize(
    "published",
    [
        "https://ISSUER.example/clinic",
        "https://issuer.example/clinic/",
        "https://issuer.example:443/clinic",
        "https://issuer.example/Clinic",
        "https://issuer.example/%63linic",
        "https://issuer.example/./clinic",
        "https://issuer.example",
        "http://issuer.example/clinic",
    ],
)
def test_an_identifier_that_is_not_the_very_same_text_is_refused(published: str) -> None:
    with pytest.raises(IssuanceError, match="metadata_mismatch"):
        parse(document(credential_issuer=published))


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"credential_issuer":"a","credential_issuer":"b"}',
        b'{"a":' + b"[" * 200 + b"]" * 200 + b"}",
        document(credential_issuer=None),
        document(credential_endpoint=None),
        document(credential_endpoint=1),
        document(nonce_endpoint=""),
        document(credential_configurations_supported=None),
        document(credential_configurations_supported={}),
        document(credential_configurations_supported=[]),
        document("x"),
        document(configuration(format=None)),
        document(configuration(format=1)),
        document(configuration(vct=None)),
        document(configuration(scope=1)),
        document(configuration(proof_types_supported=None)),
        document(configuration(cryptographic_binding_methods_supported=None)),
        document(configuration(cryptographic_binding_methods_supported=[])),
        document(configuration(proof_types_supported={"jwt": {}})),
        document(configuration(proof_types_supported={"jwt": {"proof_signing_alg_values_supported": []}})),
        document(configuration(credential_metadata={"display": [{"name": "a"}, {"name": "b"}]})),
        document(configuration(credential_metadata={"display": [{"locale": "fi"}, {"locale": "FI"}]})),
        document(configuration(credential_metadata={"claims": [{"path": []}]})),
        document(configuration(credential_metadata={"claims": [{"path": ["a"], "mandatory": 1}]})),
        document(configuration(credential_metadata={"disclosure_policy": []})),
        document(configuration(credential_metadata=[])),
        document(display={}),
        document(authorization_servers=[]),
        document(authorization_servers="https://as.example"),
        document(batch_credential_issuance={}),
        document(batch_credential_issuance={"batch_size": 1}),
    ],
    ids=lambda value: str(value)[-60:],
)
def test_malformed_metadata_is_refused(value: object) -> None:
    invalid(value)


@pytest.mark.parametrize("name", ["credential_endpoint", "nonce_endpoint", "notification_endpoint"])
@pytest.mark.parametrize("url", ["http://issuer.example/x", "https://127.0.0.1/x", "https://u@issuer.example/x"])
def test_an_endpoint_that_may_not_be_reached_is_refused(name: str, url: str) -> None:
    with pytest.raises(ProtocolError, match="net_forbidden"):
        parse(document(**{name: url}))


@pytest.mark.parametrize(
    "entry",
    [
        configuration(format="mso_mdoc", vct=None),
        configuration(credential_signing_alg_values_supported=["ES512"]),
        configuration(cryptographic_binding_methods_supported=["did:example"]),
        configuration(cryptographic_binding_methods_supported=None, proof_types_supported=None),
        configuration(proof_types_supported={"attestation": {"proof_signing_alg_values_supported": ["ES256"]}}),
        configuration(proof_types_supported={"jwt": {"proof_signing_alg_values_supported": ["ES512"]}}),
        configuration(
            proof_types_supported={
                "jwt": {"proof_signing_alg_values_supported": ["ES256"], "key_attestations_required": {}}
            }
        ),
    ],
)
def test_a_configuration_that_is_not_spoken_is_refused_by_name_and_its_neighbours_stay(entry: dict[str, Any]) -> None:
    parsed = parse(document(credential_configurations_supported={"other": entry, "card": configuration()}))
    assert parsed.configuration("card").id == "card"
    with pytest.raises(IssuanceError, match="not_supported"):
        parsed.configuration("other")
    with pytest.raises(IssuanceError, match="credential_configuration_unknown"):
        parsed.configuration("third")


@pytest.mark.parametrize("name", ["credential_request_encryption", "credential_response_encryption"])
def test_an_issuer_that_demands_encryption_is_refused_and_one_that_offers_it_is_not(name: str) -> None:
    with pytest.raises(IssuanceError, match="not_supported"):
        parse(document(**{name: {"encryption_required": True}}))
    assert parse(document(**{name: {"encryption_required": False}})).configuration("card").id == "card"
    invalid(document(**{name: {"encryption_required": "yes"}}))


def test_the_authorization_server_of_an_offer_must_be_one_of_the_metadata() -> None:
    parsed = parse(document(authorization_servers=["https://as.example", "https://as2.example"]))
    assert parsed.authorization_server(None) == "https://as.example"
    assert parsed.authorization_server("https://as2.example") == "https://as2.example"
    with pytest.raises(IssuanceError, match="metadata_mismatch"):
        parsed.authorization_server("https://evil.example")


def signed(access: AccessHolder = ACCESS, **changes: Any) -> str:
    return metadata.create_signed(document(**changes), iat=NOW - 60, signer=access.signer, x5c=access.x5c)


def verify(
    text: str, *, identifier: str = ISSUER, anchors: list[Certificate] = ANCHORS
) -> tuple[IssuerMetadata, Certificate]:
    return metadata.verify_signed(text, identifier=identifier, anchors=anchors, allow_loopback_http=False, now=NOW)


def test_signed_metadata_says_whose_it_is() -> None:
    verified, certificate = verify(signed())
    assert verified == parse(document())
    assert certificate.organization_identifier == "NTRFI-9900102-1"


def forged(header: dict[str, Any] | None = None, **claims: Any) -> str:
    usual = {**document(), "sub": ISSUER, "iat": NOW}
    members = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return forge({"typ": metadata.SIGNED_TYP, "alg": "ES256", "x5c": ACCESS.x5c, **(header or {})}, members, ACCESS.key)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (signed()[:-6] + "AAAAAA", "bad_signature"),
        (forged({"alg": "none"}), "alg_not_allowed"),
        (forged({"typ": "JWT"}), "typ_wrong"),
        (forged({"x5c": None}), "x5c_invalid"),
        (forged({"x5c": AccessHolder().x5c}), "bad_signature"),
        (signed(AccessHolder(make_root(Role.ACCESS, now=NOW))), "chain_untrusted"),
        (forged({"x5c": x5c([ACCESS.certificate, ROOT.certificate])}), "x5c_invalid"),
        (forged({"x5c": x5c([ROOT.certificate])}), "cert_self_signed"),
        (signed(AccessHolder(now=NOW - 400 * DAY)), "cert_expired"),
        (forged(sub=None), "metadata_mismatch"),
        (forged(sub=f"{ISSUER}/"), "metadata_mismatch"),
        (forged(credential_issuer="https://other.example"), "metadata_mismatch"),
        (forged(iat=None), "metadata_invalid"),
        (forged(iat=NOW + 3600), "not_yet_valid"),
        (forged(exp=NOW - 3600), "expired"),
        (forged(credential_endpoint=None), "metadata_invalid"),
        ("x", "jose_malformed"),
    ],
)
def test_signed_metadata_with_one_thing_spoiled_is_refused(text: str, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        verify(text)
    assert caught.value.code == code


def server(**changes: Any) -> bytes:
    usual = {
        "issuer": ISSUER,
        "token_endpoint": f"{ISSUER}/token",
        "grant_types_supported": [GRANT],
        "pre-authorized_grant_anonymous_access_supported": True,
    }
    return json.dumps({name: value for name, value in {**usual, **changes}.items() if value is not None}).encode()


def parse_server(raw: bytes) -> metadata.AuthorizationServerMetadata:
    return metadata.parse_authorization_server_metadata(raw, issuer=ISSUER, allow_loopback_http=False)


def test_authorization_server_metadata_is_parsed() -> None:
    parsed = parse_server(server(x=1))
    assert (parsed.token_endpoint, parsed.anonymous_access) == (f"{ISSUER}/token", True)
    silent = parse_server(
        server(**{"grant_types_supported": None, "pre-authorized_grant_anonymous_access_supported": None})
    )
    assert silent.anonymous_access is False


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"x", "metadata_invalid"),
        (server(issuer=None), "metadata_invalid"),
        (server(issuer=f"{ISSUER}/"), "metadata_mismatch"),
        (server(token_endpoint=None), "metadata_invalid"),
        (server(token_endpoint="http://issuer.example/token"), "net_forbidden"),
        (server(grant_types_supported=["authorization_code"]), "unsupported_grant"),
        (server(grant_types_supported=[]), "metadata_invalid"),
        (server(**{"pre-authorized_grant_anonymous_access_supported": "yes"}), "metadata_invalid"),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_authorization_server_metadata_with_one_thing_spoiled_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_server(raw)
    assert caught.value.code == code


@pytest.mark.vectors
def test_the_metadata_of_the_specification_and_of_the_eudi_library(vectors: Path) -> None:
    example = (vectors / "openid4vci/1.0/examples/credential_issuer_metadata_sd_jwt_long.json").read_bytes()
    with pytest.raises(IssuanceError, match="not_supported"):
        # It demands encrypted requests.
        parse(example, "https://credential-issuer.example.com")
    eudi = vectors / "openid4vci-eudi/src/test/resources"
    for name in ("only_jwt_proof", "only_attestation_proof", "no_scopes", "encryption_not_required"):
        raw = (eudi / f"well-known/openid-credential-issuer_{name}.json").read_bytes()
        parsed = parse(raw, json.loads(raw)["credential_issuer"])
        # Its issuers sign with other algorithms than ES256: known, and not requested.
        assert parsed.configurations == {} and len(parsed.unsupported) >= 1
    internal = eudi / "eu/europa/ec/eudi/openid4vci/internal"
    with pytest.raises(IssuanceError, match="metadata_invalid"):
        parse(
            (internal / "invalid_credential_issuer_metadata.json").read_bytes(), "https://credential-issuer.example.com"
        )
    raw = (internal / "oauth_authorization_server_metadata.json").read_bytes()
    with pytest.raises(IssuanceError, match="unsupported_grant"):
        metadata.parse_authorization_server_metadata(raw, issuer=json.loads(raw)["issuer"], allow_loopback_http=False)
