"""What the OpenID4VC specifications take from OAuth 2.0 as it is."""
