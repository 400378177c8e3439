"""OpenID for Verifiable Presentations 1.0: one module per object of the specification."""
