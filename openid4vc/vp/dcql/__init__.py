"""The Digital Credentials Query Language (OpenID4VP §6): the question, the ways to answer, the check of an answer."""

from openid4vc.vp.dcql.checking import CheckedAnswer, CheckedCredential, Presented, check, check_shape
from openid4vc.vp.dcql.evaluation import Answer, Candidate, Choice, evaluate
from openid4vc.vp.dcql.query import (
    FORMAT,
    ClaimQuery,
    CredentialQuery,
    CredentialSetQuery,
    DcqlQuery,
    TrustedAuthorities,
    mandatory_claims,
    optional_claims,
    parse,
)

__all__ = [
    "FORMAT",
    "Answer",
    "Candidate",
    "CheckedAnswer",
    "CheckedCredential",
    "Choice",
    "ClaimQuery",
    "CredentialQuery",
    "CredentialSetQuery",
    "DcqlQuery",
    "Presented",
    "TrustedAuthorities",
    "check",
    "check_shape",
    "evaluate",
    "mandatory_claims",
    "optional_claims",
    "parse",
]
