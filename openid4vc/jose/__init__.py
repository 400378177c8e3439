"""JOSE, as much of it as is accepted here: ES256 (others by policy), ECDH-ES with AES-GCM, compact form only."""
