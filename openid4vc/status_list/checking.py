"""What the list says about one credential.

Token Status List §7.1 (status types) and §8.3 step 5 onwards. The credential itself has been verified before, and its
list fetched after that.
"""

from openid4vc.errors import StatusError
from openid4vc.status_list import INVALID, SUPERSEDED, SUSPENDED, VALID
from openid4vc.status_list.reference import StatusReference
from openid4vc.status_list.token import StatusListToken


def check(reference: StatusReference, token: StatusListToken, *, superseded_means_3: bool) -> None:
    """That the credential stands. The fact `time` is the time of the list: when it was so, not since when.

    StatusError: `revoked`, `suspended`; `superseded` only where `superseded_means_3` (the trust folder says it of this
    issuer); `status_unknown` for every other value and for an index outside the list.
    """
    if token.uri != reference.uri:
        # A list for another reference answers nothing, also when a cache mixed them up.
        raise StatusError("status_unavailable", "another list")
    value = token.status_list.get(reference.index)
    if value == VALID:
        return
    if value == INVALID:
        raise StatusError("revoked", time=token.iat)
    if value == SUSPENDED:
        raise StatusError("suspended", time=token.iat)
    if value == SUPERSEDED and superseded_means_3:
        raise StatusError("superseded", time=token.iat)
    raise StatusError("status_unknown", "application-specific value", time=token.iat)
