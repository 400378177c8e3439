"""`sd-jwt` (PyPI) as a process of its own: jobs as JSON on standard input, their results on standard output.

Nothing of ours is imported here.
"""

import json
import sys

from jwcrypto.jwk import JWK
from sd_jwt import holder
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier


def claims(node):
    if "value" in node:
        return node["value"]
    if "object" in node:
        return {SDObj(name) if marked else name: claims(part) for name, marked, part in node["object"]}
    return [SDObj(claims(part)) if marked else claims(part) for _, marked, part in node["array"]]


def issue(job):
    made = SDJWTIssuer(
        claims(job["claims"]),
        JWK(**job["key"]),
        sign_alg="ES256",
        add_decoy_claims=job["decoys"],
        extra_header_parameters=job["header"],
    )
    return made.sd_jwt_issuance


def present(job):
    # The package reads the clock itself.
    holder.time = lambda: job["now"]
    held = SDJWTHolder(job["text"])
    held.create_presentation(job["disclose"] or {}, job["nonce"], job["audience"], JWK(**job["key"]), "ES256")
    return held.sd_jwt_presentation


def verify(job):
    key = JWK(**job["issuer"])
    return SDJWTVerifier(job["text"], lambda *_: key, job["audience"], job["nonce"]).get_verified_payload()


def done(job):
    try:
        return {"value": {"issue": issue, "present": present, "verify": verify}[job["do"]](job)}
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"[:200]}


if __name__ == "__main__":
    json.dump({"results": [done(job) for job in json.load(sys.stdin)["jobs"]]}, sys.stdout)
