"""What the databases of an installation say, read from outside: read-only, on both kinds, and the invariants they keep.

The invariants are those that rows can tell (I1 to I5 and I7); what people see is asked by commands.
"""

import asyncio
import json
import sqlite3
from contextlib import closing
from typing import Any

import asyncpg

from tests.journey.installation import Installation

Rows = list[dict[str, Any]]


def read(installation: Installation, service: str, query: str) -> Rows:
    """The rows of one SELECT."""
    url = installation.databases.get(service)
    if url is not None:
        return asyncio.run(_read_postgresql(url, query))
    path = installation.folder / service / f"{service}.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


async def _read_postgresql(url: str, query: str) -> Rows:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET default_transaction_read_only = on")
        return [dict(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


def broken_invariants(installation: Installation) -> list[str]:
    """One line for everything that no fault may ever bring about; empty is how it should be."""
    return [*_integrity(installation), *_of_issuer(installation), *_of_verifier(installation)]


def _integrity(installation: Installation) -> list[str]:
    """I8: SQLite checks itself; PostgreSQL is read in full by what follows."""
    kept = [name for name in ("issuer", "verifier") if name not in installation.databases]
    answers = {name: read(installation, name, "PRAGMA integrity_check") for name in kept}
    return [f"{name}: {answer}" for name, answer in answers.items() if answer != [{"integrity_check": "ok"}]]


def _of_issuer(installation: Installation) -> list[str]:
    documents = read(installation, "issuer", "SELECT * FROM documents")
    offers = read(installation, "issuer", "SELECT * FROM offers")
    copies = read(installation, "issuer", "SELECT * FROM copies")
    counters = {
        row["organisation"]: row["next"] for row in read(installation, "issuer", "SELECT * FROM status_counters")
    }
    live = {row["offer_id"] for row in read(installation, "issuer", "SELECT offer_id FROM codes")}
    acts = [
        (row["action"], row["object_id"]) for row in read(installation, "issuer", "SELECT action, object_id FROM audit")
    ]
    wrong = []
    for document in documents:
        name = document["document_id"]
        own = [offer for offer in offers if offer["document_id"] == name]
        issued = [copy for copy in copies if copy["document_id"] == name]
        redeemed = [offer for offer in own if offer["redeemed_at"] is not None]
        wrong += [
            f"{name}: {rule}"
            for rule, holds in {
                "I1 one grant an offer": acts.count(("offer.redeemed", name)) == len(redeemed),
                "I1 copies are counted": document["copies"] == len(issued) == sum(offer["copies"] for offer in own),
                "I1 one copy an offer": all(offer["copies"] <= 1 for offer in own),
                "I3 no code of a redeemed offer": not live & {offer["offer_id"] for offer in redeemed},
                "I4 guesses are counted": sum(o["attempts"] for o in own) == acts.count(("offer.wrong_code", name)),
                "I7 one record of its making": acts.count(("document.created", name)) == 1,
                "I7 one record a copy": acts.count(("credential.issued", name)) == len(issued),
            }.items()
            if not holds
        ]
    places = [(copy["organisation"], copy["list"], copy["idx"]) for copy in copies]
    if len(set(places)) != len(places):
        wrong.append("I2 two credentials share a status index")
    for organisation, handed_out in counters.items():
        if sum(copy["organisation"] == organisation for copy in copies) > handed_out:
            wrong.append(f"{organisation}: I2 more credentials than indexes handed out")
    return wrong


def _of_verifier(installation: Installation) -> list[str]:
    requests = read(installation, "verifier", "SELECT * FROM presentation_request")
    results = {row["request_id"]: row for row in read(installation, "verifier", "SELECT * FROM result")}
    acts = [
        (row["action"], row["object_id"])
        for row in read(installation, "verifier", "SELECT action, object_id FROM audit")
    ]
    wrong = []
    for request in requests:
        name, state = request["id"], request["state"]
        result = results.get(name)
        ends = sum((f"request.{end}", name) in acts for end in ("verified", "failed", "refused"))
        reasoned = result is not None and json.loads(result["summary"])["outcome"] and result["verified_at"]
        wrong += [
            f"{name}: {rule}"
            for rule, holds in {
                "I5 a verdict has its reason and time": state != "verified" or bool(reasoned),
                "I5 what waits has no verdict": state != "pending" or (result is None and ends == 0),
                "I7 one record of its end": state not in ("verified", "failed", "refused")
                or acts.count((f"request.{state}", name)) == ends == 1,
            }.items()
            if not holds
        ]
    return wrong
