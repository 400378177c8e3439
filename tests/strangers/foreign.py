"""Somebody else's issuer and verifier: certificates of their own authorities, and the scripts that run them."""

import json
from pathlib import Path
from typing import Any

from cryptography import x509

from tests.strangers import certification, node_clients
from tests.strangers.node_clients import Server

HOST = "localhost"
CLAIMS: dict[str, Any] = {
    "given_name": "Maija",
    "family_name": "Malli",
    "address": {"locality": "Mallila", "country": "FI"},
    "nationalities": ["FI", "SE"],
    "card_number": "12-34",
}
FRAME: dict[str, Any] = {
    "_sd": ["given_name", "family_name", "address"],
    "address": {"_sd": ["locality"]},
    "nationalities": {"_sd": [0, 1]},
}
WAYS: dict[str, Any] = {
    "path": "/library",
    "life": 30 * 86400,
    "anonymous": True,
    "nonces": True,
    "identifiers": False,
    "server": False,
}


def card_issuer(
    *, vct: str, claims: dict[str, Any] = CLAIMS, frame: dict[str, Any] = FRAME, **ways: Any
) -> tuple[Server, dict[str, Any], str]:
    """A running issuer, what it said at its start, and the PEM root above its intermediate."""
    root = certification.root("Root of cards")
    x5c, key = root.below("Cards of cities").leaf("City library", x509.DNSName(HOST))
    settings = {
        "host": HOST,
        "x5c": x5c,
        "key": certification.private_jwk(key),
        "vct": vct,
        "claims": claims,
        "frame": frame,
        "announced": [[name] for name in claims],
    }
    server = node_clients.serve("issuer.mjs", {**settings, **WAYS, **ways})
    return server, server.said, root.pem


def from_anchor(folder: Path, name: str, pem: str, terms: dict[str, Any] | None = None) -> list[Path]:
    """Put an anchor into a trust folder, with what is believed below it; the files made."""
    files = [folder / f"{name}.pem"]
    if terms is not None:
        files.append(folder / f"{name}.json")
        files[1].write_text(json.dumps(terms), "utf-8")
    files[0].write_text(pem, "ascii")
    return files
