"""The credential that everybody issues, presents and verifies: 14 disclosable claims, of which five are shown."""

from collections.abc import Mapping
from typing import Final

from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Bind, ClaimPath, Disclosable, KeyBinding
from tests.openid4vc.credentials import AUDIENCE, HOLDER, NONCE, Issuer, required

VALUES: Final[Mapping[str, object]] = {
    "given_name": "Erkki",
    "family_name": "Esimerkki",
    "birthdate": "1974-03-12",
    "work_ability": "limited",
    "health_effect_on_employment": "considerable",
    "effect_duration": "over_one_year",
    "restrictions": ["no_heavy_lifting"],
    "restriction_max_load_kg": 10,
    "suitable_work": ["varying_posture", "daytime"],
    "assessed_on": "2026-11-24",
    "follow_up_by": "2027-05-24",
    "max_weekly_hours": 30,
    "message_to_authority": "Work is best begun in steps.",
    "assessor_profession": "physician",
}
SHOWN: Final[tuple[ClaimPath, ...]] = tuple((name,) for name in list(VALUES)[:5])

CLAIMS: Final = {name: Disclosable(value) for name, value in VALUES.items()}
ISSUER: Final = Issuer()
ISSUER_SIGNER: Final = KeySigner(ISSUER.key)
BIND: Final = Bind(KeySigner(HOLDER), NONCE, AUDIENCE)
KEY_BINDING: Final[KeyBinding] = required()
