"""Asked within registered: whether a request stays inside what its relying party registered.

EUDI ARF 3.0 RPRC_21 (the wallet says so when more is asked), ETSI TS 119 475 v1.2.1 clause 5.2 (`credentials`).
"""

from openid4vc.errors import RegistrationError
from openid4vc.relying_party.claim_paths import covers
from openid4vc.relying_party.registration_certificate import RegistrationCertificate
from openid4vc.vp.claims_path import ClaimsPath
from openid4vc.vp.dcql.query import CredentialQuery, DcqlQuery


def excess(query: DcqlQuery, registration: RegistrationCertificate) -> list[tuple[str, ClaimsPath]]:
    """What is asked and not registered, as type and path; the empty path where the type itself is not registered.

    Every alternative counts, optional claims too: what is only perhaps asked is asked. Queries for formats without
    `vct_values` are left out; nothing here can answer them.
    """
    found = [
        (vct, path)
        for credential in query.credentials
        for vct in credential.vct_values
        for path in _unregistered(credential, vct, registration)
    ]
    return list(dict.fromkeys(found))


def check(query: DcqlQuery, registration: RegistrationCertificate) -> None:
    """RegistrationError `over_asking` with the names of the claims (or types) in the fact `claims`."""
    found = excess(query, registration)
    if found:
        names = dict.fromkeys(_name(path) if path else vct for vct, path in found)
        raise RegistrationError("over_asking", claims=", ".join(names))


def _unregistered(credential: CredentialQuery, vct: str, registration: RegistrationCertificate) -> list[ClaimsPath]:
    registered = [each for each in registration.credentials if each.format == credential.format and vct in each.types]
    if not registered:
        return [claim.path for claim in credential.claims] or [()]
    if any(each.claims is None for each in registered):
        return []
    allowed = [path for each in registered for path in each.claims or ()]
    return [claim.path for claim in credential.claims if not any(covers(path, claim.path) for path in allowed)]


def _name(path: ClaimsPath) -> str:
    """A path as people and logs see it: `address.locality`, `actions[]`, `actions[0].status`."""
    name = ""
    for component in path:
        if isinstance(component, str):
            name += f".{component}" if name else component
        else:
            name += "[]" if component is None else f"[{component}]"
    return name
