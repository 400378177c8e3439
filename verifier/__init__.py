"""The verifier: an official asks for what a purpose needs and reads what was proven."""
