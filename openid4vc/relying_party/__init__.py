"""What a relying party is registered for, and what an issuer lets it ask."""
