"""SD-JWT: signed claims of which the holder shows some and the verifier sees no more (RFC 9901).

`issue` makes one, `parse` and `verify` take one, `present` shows a part of it. Compact form only; the JSON
serialization of §8 is not accepted.
"""

from openid4vc.sd_jwt.compact import SdJwt, parse
from openid4vc.sd_jwt.disclosure import Disclosure
from openid4vc.sd_jwt.issuing import Disclosable, issue
from openid4vc.sd_jwt.key_binding import KeyBinding
from openid4vc.sd_jwt.presenting import Bind, NoBinding, present
from openid4vc.sd_jwt.salts import Salts
from openid4vc.sd_jwt.verifying import ClaimPath, ProcessedSdJwt, VerifiedSdJwt, reopen, verify, verify_processed

__all__ = [
    "Bind",
    "ClaimPath",
    "Disclosable",
    "Disclosure",
    "KeyBinding",
    "NoBinding",
    "ProcessedSdJwt",
    "Salts",
    "SdJwt",
    "VerifiedSdJwt",
    "issue",
    "parse",
    "present",
    "reopen",
    "verify",
    "verify_processed",
]
