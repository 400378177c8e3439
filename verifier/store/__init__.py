"""What the verifier remembers: tables, the statements that touch them, and their migrations."""
