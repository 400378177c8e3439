"""The issuer: an organisation gives a document, as a sheet of paper and as a credential."""
