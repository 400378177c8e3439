from cryptography import x509

from openid4vc import base64url
from openid4vc.vp.dcql.authorities import authority_keys
from tests.openid4vc.access import ROOT, AccessHolder
from tests.openid4vc.trust import authorities


def test_the_key_that_signed_each_certificate_of_a_chain_is_named() -> None:
    expected = x509.SubjectKeyIdentifier.from_public_key(ROOT.private_key.public_key()).digest
    assert authority_keys([AccessHolder().certificate]) == {base64url.encode(expected)}


def test_a_certificate_without_the_extension_names_none() -> None:
    assert authority_keys([authorities.root("root").issue("leaf").certificate]) == frozenset()
