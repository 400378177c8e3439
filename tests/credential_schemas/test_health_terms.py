"""The lint of free text: what tells an illness is found in three languages, ordinary work words are not."""

import pytest

from credential_schemas.health_terms import find
from credential_schemas.types import load_types


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Masennuksen vuoksi osa-aika", "illness"),
        ("Eturauhassyövän jälkeen", "illness"),
        ("Epilepsiakohtaus viime vuonna", "illness"),
        ("ADHD vaikeuttaa keskittymistä", "illness"),
        ("Raskaana", "illness"),
        ("Hon har haft cancer", "illness"),
        ("Diskbråck i ryggen", "illness"),
        ("Because of asthma", "illness"),
        ("Panic attacks at work", "illness"),
        ("Burana auttaa", "medicine"),
        ("Insuliinipistokset", "medicine"),
        ("Antidepressiv behandling", "medicine"),
        ("Takes methotrexate weekly", "medicine"),
        ("Selkäleikkauksen jälkeen", "examination"),
        ("Magneettikuvassa", "examination"),
        ("Röntgen i mars", "examination"),
        ("After surgery", "examination"),
        ("Käy psykiatrian vastaanotolla", "place"),
        ("Syöpäklinikan potilas", "place"),
        ("Sjukhuset följer upp", "place"),
        ("Seen at the hospital", "place"),
        ("M51.1", "code"),
        ("Koodi F33 lomakkeella", "code"),
    ],
)
def test_a_telling_word_is_found(text: str, kind: str) -> None:
    found = find(text)
    assert found, text
    assert found[0].kind == kind
    assert text[found[0].start : found[0].end] == found[0].word


@pytest.mark.parametrize(
    "text",
    [
        "Työn aloitus asteittain.",
        "Kolme päivää viikossa, kollegan tuella",
        "Raskasta työtä ei, ei myöskään raskaita nostoja",
        "Tuotanto-osasto sopii, lähetysosasto myös",
        "Rauhallinen tila ilman häiriöitä",
        "Poliisin ja vartijan tehtävät eivät sovi",
        "Työtahti kasvaa, taukoja tunnin välein",
        "Aloitus 4 h/pv, nousu 6 h/pv, puh. 044 123 4567",
        "A4-paperit, halli 3",
        "Kivuton siirtyminen uuteen työhön",
        "Beroende på uppgiften, kort dag, stöd av handledare",
        "Arbete utan störningar",
        "Lätta lyft går bra, avdelningen för packning",
        "Please add hours step by step",
        "Hearing aids are in use; forward planning, reward",
        "The client may sit or stand",
    ],
)
def test_an_ordinary_sentence_about_work_passes(text: str) -> None:
    assert find(text) == ()


def test_the_words_of_our_own_code_lists_for_offices_pass() -> None:
    """What the feedback itself says in words may also be said in its note."""
    feedback = load_types()["lausuntopalaute"]
    for name in ("work_ability", "effect_duration", "restrictions", "suitable_work", "follow_up_by"):
        claim = feedback.claim(name)
        for words in claim.code_list.words.values() if claim.code_list else ():
            for word in words.values():
                assert find(word) == (), word


def test_every_telling_word_of_a_text_is_reported_in_order() -> None:
    assert [term.word for term in find("Astma ja MIGREENI, lisäksi burana.")] == ["Astma", "MIGREENI", "burana"]
