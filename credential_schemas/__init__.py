"""WHAT is said: types, purposes, organisations and check rules as data, no keys, no network."""
