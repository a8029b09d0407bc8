from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.clean import CLEANERS, Unclear

CLEANED = {
    "text": [
        ("  Les   Amis\nde Ségou ", "Les Amis de Ségou"),
        ("<b>Eau &amp; vie</b>", "Eau & vie"),
        ("R&D < 3", "R&D < 3"),
        ("   ", None),
    ],
    "long-text": [
        ("<p>Un</p><p>Deux<br>Trois</p><script>x()</script>", "Un\nDeux\nTrois"),
        ("Un\r\n\r\n\r\n\r\nDeux", "Un\n\nDeux"),
    ],
    "html": [('<p onclick="x()">Un <strong>deux</strong></p><script>x()</script>', "<p>Un <strong>deux</strong></p>")],
    "upper": [("ader", "ADER")],
    "lower": [("ADER", "ader")],
    "phone": [
        ("02 99 45 88 02", "+33 2 99 45 88 02"),
        ("02.99.45.88.02", "+33 2 99 45 88 02"),
        ("0033299458802", "+33 2 99 45 88 02"),
        ("299458802", "+33 2 99 45 88 02"),
        ("02 99 45 88 02 / 06 12 34 56 78", "+33 2 99 45 88 02"),
        ("Tél. : 02 99 45 88 02", "+33 2 99 45 88 02"),
        ("0262 20 12 34", "+262 262 20 12 34"),
        ("0590 82 12 34", "+590 590 82 12 34"),
        ("+221 33 849 12 34", "+221 33 849 12 34"),
        ("néant", None),
        ("-", None),
    ],
    "email": [
        ("Contact@ADER.fr", "Contact@ader.fr"),
        ("mailto:contact@ader.fr", "contact@ader.fr"),
        ("contact@ader.fr ; autre@ader.fr", "contact@ader.fr"),
        ("Non renseigné", None),
    ],
    "url": [
        ("www.ader.fr", "http://www.ader.fr"),
        ("HTTPS://Ader.FR/Équipe?x=1", "https://ader.fr/Équipe?x=1"),
        ("http:ader.fr", "http://ader.fr"),
        (": http://ader.fr/x", "http://ader.fr/x"),
        ("N/A", None),
    ],
    "postcode": [
        ("35000", "35000"),
        ("35 000", "35000"),
        ("1000", "01000"),
        ("1000.0", "01000"),
        ("F-35000", "35000"),
        ("", None),
    ],
    "date": [
        ("2026-11-23", "2026-11-23"),
        ("2026-11-23T10:00:00", "2026-11-23"),
        ("23/11/2026", "2026-11-23"),
        ("3.1.26", "2026-01-03"),
        ("03-01-69", "1969-01-03"),
        ("1er août 2025", "2025-08-01"),
        ("lundi 23 novembre 2026", "2026-11-23"),
        ("46349", "2026-11-23"),
        ("inconnue", None),
    ],
    "partial-date": [
        ("1984", "1984"),
        ("1984.0", "1984"),
        ("1984-05", "1984-05"),
        ("mai 1984", "1984-05"),
        ("05/1984", "1984-05"),
        ("02/05/1984", "1984-05-02"),
    ],
    "moment": [
        ("2026-11-23T18:30:00+02:00", "2026-11-23T18:30:00+02:00"),
        ("2026-11-23T18:30:00", "2026-11-23T18:30:00+01:00"),
        ("23/07/2026 18h30", "2026-07-23T18:30:00+02:00"),
        ("23 juillet 2026 à 9h", "2026-07-23T09:00:00+02:00"),
        ("23/07/2026", "2026-07-23T00:00:00+02:00"),
    ],
    "number": [
        ("1250", 1250),
        ("1 234,5", 1234.5),
        ("1\u202f234\u00a0567,89 €", 1234567.89),
        ("1.234.567,89", 1234567.89),
        ("1.234.567", 1234567),
        ("1234.5", 1234.5),
        ("-1,68", -1.68),
        ("0", 0),
        ("nc", None),
    ],
    "integer": [("12", 12), ("1 200", 1200)],
    "boolean": [("Oui", True), ("x", True), ("VRAI", True), ("non", False), ("0", False), ("", None)],
    "siren": [("732 829 320", "732829320"), ("5520044", "005520044"), ("123456789", "123456789"), ("néant", None)],
    "siret": [("732 829 320 00074", "73282932000074")],
    "rna": [("w751234567", "W751234567")],
    "uai": [("350122t", "0350122T")],
    "insee": [("1004", "01004"), ("2a004", "2A004")],
    "ror": [("https://ror.org/002vpkf64", "002vpkf64")],
    "wikidata": [("https://www.wikidata.org/wiki/q50823978", "Q50823978")],
    "finess": [("350000022", "350000022")],
    "iati": [(" FR-3 ", "FR-3")],
}

UNCLEAR = {
    "phone": ["12", "voir le site", "99 99 99 99 99 99 99"],
    "email": ["contact chez ader.fr", "contact@"],
    "url": ["voir Facebook", "javascript:alert(1)", "http://a.fr http://b.fr", "contact@ader.fr"],
    "postcode": ["Rennes", "350", "123456"],
    "date": ["12/31/2026", "31/02/2026", "bientôt", "2026"],
    "partial-date": ["0012", "13/2026", "récemment"],
    "moment": ["23/07/2026 vers midi", "23/07/2026 25h00", "demain"],
    "number": ["12 k€", "environ 100", "1,2,3", "1e9999"],
    "integer": ["1,5"],
    "boolean": ["peut-être"],
    "siret": ["2,13500168E+13"],
    "siren": ["5,12E+08"],
}


def _cases(table: dict[str, list[Any]]) -> list[tuple[str, Any]]:
    return [(name, case) for name, cases in table.items() for case in cases]


@pytest.mark.parametrize(("name", "case"), _cases(CLEANED))
def test_what_people_type_gets_one_spelling(name: str, case: tuple[str, object]) -> None:
    text, expected = case

    assert CLEANERS[name](text) == expected


@pytest.mark.parametrize(("name", "text"), _cases(UNCLEAR))
def test_what_is_not_understood_is_never_guessed(name: str, text: str) -> None:
    with pytest.raises(Unclear) as unclear:
        CLEANERS[name](text)

    assert unclear.value.expected


def test_every_cleaner_is_tested() -> None:
    assert CLEANED.keys() == CLEANERS.keys()


_LIKELY = st.text(alphabet="0123456789 +-.,/:@eEhTjanvfrhttpW€<>&;\u00a0é", max_size=40)


@pytest.mark.parametrize("name", CLEANERS)
@given(text=st.text(max_size=60) | _LIKELY)
def test_a_cleaner_gives_a_value_or_nothing_or_does_not_understand(name: str, text: str) -> None:
    try:
        value = CLEANERS[name](text.strip())
    except Unclear:
        return
    assert value is None or isinstance(value, str | int | float)


@pytest.mark.parametrize(
    "name", ["phone", "email", "url", "postcode", "date", "partial-date", "moment", "siren", "text"]
)
@given(text=_LIKELY)
def test_cleaning_twice_changes_nothing(name: str, text: str) -> None:
    clean = CLEANERS[name]
    try:
        once = clean(text)
    except Unclear:
        return
    if isinstance(once, str):
        assert clean(once) == once
