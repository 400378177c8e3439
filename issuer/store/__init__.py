"""What the issuer keeps: tables, the statements that are run on them, and the migrations."""
