from cryptography import x509
from cryptography.x509.oid import NameOID

from openid4vc import base64url
from openid4vc.vp.dcql.authorities import authority_keys
from tests.openid4vc.access import ROOT, AccessHolder
from tests.openid4vc.trust import authorities


def test_the_key_that_signed_each_certificate_of_a_chain_is_named() -> None:
    expected = x509.SubjectKeyIdentifier.from_public_key(ROOT.private_key.public_key()).digest
    assert authority_keys([AccessHolder().certificate]) == {base64url.encode(expected)}


def test_a_certificate_that_names_none_hides_no_other_in_the_chain() -> None:
    plain, named = authorities.root("root").issue("leaf").certificate, AccessHolder().certificate
    assert authority_keys([plain, named]) == authority_keys([named]) != frozenset()


def test_a_certificate_without_the_extension_names_none() -> None:
    assert authority_keys([authorities.root("root").issue("leaf").certificate]) == frozenset()


def test_an_extension_that_names_the_key_in_another_way_names_none() -> None:
    """RFC 5280 §4.2.1.1: the issuer's name and serial number may stand there instead of the key identifier."""
    name = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root")]))
    extension = x509.AuthorityKeyIdentifier(None, [name], 1)
    assert authority_keys([authorities.root("root").issue("leaf", more=[extension]).certificate]) == frozenset()
