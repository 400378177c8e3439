"""The verifier, with wallets and issuers that were written from the specifications alone."""
