"""Authority key identifiers of a chain: what the `aki` kind of `trusted_authorities` is compared with.

OpenID4VP §6.1.1.1, RFC 5280 §4.2.1.1.
"""

from collections.abc import Iterable

from cryptography import x509

from openid4vc import base64url
from openid4vc.trust.certificates import Certificate


def authority_keys(chain: Iterable[Certificate]) -> frozenset[str]:
    """The KeyIdentifier in each AuthorityKeyIdentifier of the chain that a credential carries, in base64url."""
    found = set()
    for certificate in chain:
        try:
            extension = certificate.x509.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
        except x509.ExtensionNotFound:
            continue
        if extension.value.key_identifier is not None:
            found.add(base64url.encode(extension.value.key_identifier))
    return frozenset(found)
