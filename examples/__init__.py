"""What a newcomer runs: the whole journey, both services by hand, and a verifier that lies."""
