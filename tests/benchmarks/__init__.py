"""What operations cost, measured side by side with other implementations and with the bare cryptography in them."""
