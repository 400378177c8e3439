"""JOSE, as much of it as is accepted here: ES256 signatures, ECDH-ES encryption and P-256 keys, compact form only."""
