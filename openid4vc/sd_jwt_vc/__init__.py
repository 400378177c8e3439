"""SD-JWT VC: verifiable digital credentials as SD-JWTs, and the documents that describe their types.

draft-ietf-oauth-sd-jwt-vc-19 (cited by section title, for its numbers move) under HAIP 1.0 §6.1.
"""
