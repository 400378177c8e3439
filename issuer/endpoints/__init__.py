"""The endpoints that wallets and verifiers speak to: one file each, in the words of the specs."""
