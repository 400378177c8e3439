"""Who may be believed for what: X.509 chains by role, trusted lists, trust folders, and the demo's own certificates."""
