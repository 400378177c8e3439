"""What wallets and other systems speak to: one file per endpoint."""
