"""Makes rfc9901_negatives.json: SD-JWTs that a holder or a verifier must refuse, and controls that they must take.

Run as a program (`python -m tests.vectors.make_rfc9901`), it writes the file; a test holds that this is what it makes.
"""

import json
from pathlib import Path
from typing import Any

from tests.vectors.rfc9901 import controls, disclosures, issuer_jwt, key_binding
from tests.vectors.rfc9901.parts import AUDIENCE, HOLDER, ISSUER, NONCE, NOW, SKEW, WINDOW

FILE = Path(__file__).parent / "rfc9901_negatives.json"


def table() -> dict[str, Any]:
    groups = (controls.cases(), issuer_jwt.cases(), disclosures.cases(), key_binding.cases())
    return {
        "specification": "RFC 9901",
        "keys": {"issuer": ISSUER.jwk, "holder": HOLDER.jwk},
        "policy": {
            "now": NOW,
            "skew": SKEW,
            "algorithms": ["ES256"],
            "hash_algorithms": ["sha-256"],
            "key_binding": {"nonce": NONCE, "audience": AUDIENCE, "window": WINDOW},
        },
        "rows": [row for cases in groups for case in cases for row in case.rows()],
    }


def text() -> str:
    """The file: one member of a row a line."""
    made = table()
    rows = made.pop("rows")
    members = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in made.items()]
    lines = [",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in row.items()) for row in rows]
    return "{\n" + ",\n".join(members) + ',\n"rows": [\n{' + "},\n\n{".join(lines) + "}\n]}\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
