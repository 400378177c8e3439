"""An invented type that no code has heard of: a library card, as the files of its folder, and a purpose for it."""

import json
from pathlib import Path
from typing import Any, Final

from credential_schemas.data import HERE

NAME: Final = "kirjastokortti"
PURPOSE: Final = "P90"
IDENTITY: Final = ["given_name", "family_name", "birthdate"]


def _text(fi: str, sv: str, en: str) -> dict[str, str]:
    return {"fi": fi, "sv": sv, "en": en}


def _claim(path: list[str | None], sd: str, mandatory: bool, fi: str, sv: str, en: str) -> dict[str, Any]:
    display = [{"locale": language, "label": label} for language, label in _text(fi, sv, en).items()]
    return {"path": path, "display": display, "sd": sd, "mandatory": mandatory}


TYPE: Final[dict[str, Any]] = {
    "type_metadata.json": {
        "vct": f"https://tyypit.example/kirjasto/{NAME}/1",
        "name": "Library card",
        "display": [
            {"locale": language, "name": name}
            for language, name in _text("Kirjastokortti", "Bibliotekskort", "Library card").items()
        ],
        "claims": [
            _claim(["given_name"], "always", True, "Etunimet", "Förnamn", "Given names"),
            _claim(["family_name"], "always", True, "Sukunimi", "Efternamn", "Family name"),
            _claim(["birthdate"], "always", True, "Syntymäaika", "Födelsedatum", "Date of birth"),
            _claim(["card_level"], "always", True, "Kortin taso", "Kortets nivå", "Level of the card"),
            _claim(["collections"], "always", True, "Kokoelmat", "Samlingar", "Collections"),
            _claim(["loans_at_most"], "always", True, "Lainoja enintään", "Lån högst", "Loans at most"),
            _claim(["joined_on"], "always", True, "Liittynyt", "Ansluten", "Joined on"),
            _claim(["own_wish"], "always", False, "Oma toive", "Eget önskemål", "Own wish"),
            _claim(["document_id"], "always", True, "Tunnus", "Identifierare", "Identifier"),
            _claim(["document_language"], "always", False, "Kieli", "Språk", "Language"),
            _claim(["date_of_expiry"], "always", True, "Voimassa", "Giltig till", "Valid until"),
            _claim(["issuing_authority"], "never", True, "Antaja", "Utfärdare", "Issuer"),
        ],
    },
    "schema.json": {
        "type": "object",
        "required": [*IDENTITY, "card_level", "collections", "loans_at_most", "joined_on"],
        "properties": {
            "given_name": {"type": "string", "minLength": 1},
            "family_name": {"type": "string", "minLength": 1},
            "birthdate": {"type": "string", "format": "date"},
            "card_level": {"type": "string", "codes": "card_level"},
            "collections": {"type": "array", "items": {"type": "string", "codes": "collections"}, "minItems": 1},
            "loans_at_most": {"type": "integer", "minimum": 1, "maximum": 99},
            "joined_on": {"type": "string", "format": "date", "notFuture": True},
            "own_wish": {"type": "string", "maxLength": 80},
            "document_id": {"type": "string"},
            "document_language": {"type": "string", "enum": ["fi", "sv"]},
            "date_of_expiry": {"type": "string", "format": "date"},
            "issuing_authority": {"type": "string"},
        },
    },
    "type.json": {
        "version": "1",
        "digests": 16,
        "name": _text("Kirjastokortti", "Bibliotekskort", "Library card"),
        "the": _text("Kirjastokortti", "Bibliotekskortet", "The library card"),
        "roles": ["administrator"],
        "issuer_claims": {"issuing_authority": "organisation.name", "document_id": "document_id"},
        "defaults": {"document_language": "fi", "date_of_expiry": "+6m"},
        "marks": {"identity": IDENTITY},
    },
    "code_lists/card_level.json": {
        "codes": {
            "reader": _text("Lukija", "Läsare", "Reader"),
            "researcher": _text("Tutkija", "Forskare", "Researcher"),
        }
    },
    "code_lists/collections.json": {
        "codes": {
            "maps": _text("Kartat", "Kartor", "Maps"),
            "music": _text("Nuotit", "Noter", "Sheet music"),
            "papers": _text("Sanomalehdet", "Tidningar", "Newspapers"),
        }
    },
    "samples/C1.json": {
        "given_name": "Erkki",
        "family_name": "Esimerkki",
        "birthdate": "1974-03-12",
        "card_level": "researcher",
        "collections": ["maps", "music"],
        "loans_at_most": 40,
        "joined_on": "-400d",
        "own_wish": "Hiljainen lukusali",
    },
}


def write_type(folder: Path) -> Path:
    """The folder of type folders with this one type in it."""
    for name, value in TYPE.items():
        path = folder / NAME / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    return folder


def write_purpose(path: Path) -> Path:
    """A purpose that asks the identity data and the card, after the model of a packaged one."""
    purpose = json.loads((HERE / "purposes" / "P5.json").read_text("utf-8"))
    purpose.pop("alternatives", None)
    purpose.pop("freshness", None)
    purpose.update(
        id=PURPOSE,
        slug="kirjasto",
        credentials=[
            {"id": "pid", "type": "pid", "required": IDENTITY},
            {
                "id": "card",
                "type": NAME,
                "required": [*IDENTITY, "card_level", "collections", "loans_at_most"],
                "optional": ["own_wish"],
            },
        ],
    )
    path.write_text(json.dumps(purpose, ensure_ascii=False), "utf-8")
    return path
