from typing import Any

import pytest

from connectors.connector import RawRow, RowIssue
from connectors.mapping import Mapped, apply, parse
from schemas import validate
from schemas.record import Issue, Severity

HEAD = 'name = "a"\ncollection = "actor"\n[id]\ncolumns = ["N°"]\n[columns]\n'
PROJECT = HEAD.replace("actor", "project")


def mapped(columns: str, cells: dict[str, str], *, head: str = HEAD) -> Mapped:
    """One row through a mapping; the id column is given unless the cells name it."""
    return apply(parse(head + columns), RawRow(number=7, values={"N°": "A-1", **cells}))


def payload(columns: str, cells: dict[str, str], *, head: str = HEAD) -> dict[str, Any]:
    found = mapped(columns, cells, head=head)
    assert found.payload is not None
    assert found.payload.pop("id") == found.id
    return found.payload


def test_a_row_of_a_directory_becomes_a_valid_payload() -> None:
    columns = """
        "Nom" = "name"
        "Type" = { to = "type", terms = "types" }
        "SIREN" = "identifiers.siren"
        "RNA" = "identifiers.rna"
        "CP" = "seat.postcode"
        "Commune" = "seat.city"
        "Lat" = "seat.lat"
        "Lon" = "seat.lon"
        "Téléphone" = "phone"
        "Thèmes" = { to = "sectors", split = "|,", terms = "themes" }
        "Pays" = { to = "countries", split = "/" }
        "ODD" = { to = "sdgs", split = "," }
        "Création" = "founded_on"
        "Adhérent" = "member"
        [constants]
        "seat.country" = "FR"
        [terms.types]
        "Asso. de solidarité" = "ASSO"
        [terms.themes]
        vocabulary = "sectors"
        "Eau potable" = "EAU"
    """
    cells = {
        "Nom": " Eau  Vive ", "Type": "ASSO DE SOLIDARITE", "SIREN": "732 829 320", "RNA": "", "CP": "1000",
        "Commune": "Bourg-en-Bresse", "Lat": "46,2", "Lon": "5,2", "Téléphone": "02 99 45 88 02",
        "Thèmes": "eau potable | SANT", "Pays": "Sénégal / Mali/Sénégal", "ODD": "6, 3", "Création": "1984",
        "Adhérent": "oui",
    }  # fmt: skip

    found = mapped(columns, cells)

    assert found.issues == ()
    assert found.payload == {
        "id": "A-1",
        "name": "Eau Vive",
        "type": "ASSO",
        "identifiers": [{"scheme": "siren", "value": "732829320"}],
        "seat": {"country": "FR", "postcode": "01000", "city": "Bourg-en-Bresse", "lat": 46.2, "lon": 5.2},
        "phone": "+33 2 99 45 88 02",
        "sectors": ["EAU", "SANT"],
        "countries": [{"code": "SN"}, {"code": "ML"}],
        "sdgs": ["6", "3"],
        "founded_on": "1984",
        "member": True,
    }
    assert validate.is_valid("actor/1.0", found.payload)


def test_headings_are_compared_without_case_accents_or_punctuation() -> None:
    assert payload('"Téléphone fixe" = "phone"', {"TELEPHONE_FIXE": "02 99 45 88 02"}) == {"phone": "+33 2 99 45 88 02"}


@pytest.mark.parametrize(
    ("columns", "cells", "text", "column"),
    [
        ('"Tél" = "phone"', {"Tél": "voir le site"}, "phone-unclear", "02 99 45 88 02"),
        ('"Création" = { to = "confirmed_on" }', {"Création": "bientôt"}, "date-unclear", "31/12/2025"),
        ('"Lat" = "seat.lat"', {"Lat": "nord"}, "number-unclear", "1250,50"),
        ('"Type" = "type"', {"Type": "Associassion"}, "unknown-term", "Association"),
        ('"Statut" = "status"', {"Statut": "dissoute"}, "unknown-term", "en sommeil"),
        (
            '"GPS" = { to = ["seat.lat", "seat.lon"], split = "," }',
            {"GPS": "46,2,5,1"},
            "wrong-part-count",
            "2 valeurs",
        ),
    ],
)
def test_what_is_not_understood_is_left_out_and_told_with_an_example(
    columns: str, cells: dict[str, str], text: str, column: str
) -> None:
    found = mapped(columns, cells)

    ((heading, read),) = cells.items()
    (told,) = found.issues
    assert found.payload == {"id": "A-1"}
    assert (told.row, told.column, told.read, told.issue.code) == (7, heading, read, text)
    assert told.issue.severity is Severity.WARNING
    assert column in told.issue.message


def test_a_term_may_be_lossy_dropped_several_codes_or_unknown() -> None:
    columns = """
        "T" = { to = "sectors", split = ";", terms = "t" }
        [terms.t]
        "Coopération" = { code = "AUTRE", lossy = true }
        "Sans objet" = { drop = true }
        "Eau et santé" = ["EAU", "SANT"]
    """.replace('"AUTRE"', '"GOUV"')

    found = mapped(columns, {"T": "Cooperation; SANS OBJET ;eau et santé;Voile;néant"})

    assert found.payload == {"id": "A-1", "sectors": ["GOUV", "EAU", "SANT"]}
    assert found.lossy == (("T", "Cooperation", "GOUV"),)
    assert found.unknown == (("T", "Voile"),)
    assert [one.read for one in found.issues] == ["Voile"]


def test_a_table_without_a_vocabulary_knows_its_own_terms_only() -> None:
    columns = '"T" = { to = "sectors", terms = "t" }\n[terms.t]\n"Eau potable" = "EAU"'

    assert mapped(columns, {"T": "SANT"}).unknown == (("T", "SANT"),)


def test_countries_of_several_columns_are_one_list_with_their_roles() -> None:
    columns = """
        "Projets" = { to = "countries", split = ",", role = "project" }
        "Origine" = { to = "countries", role = "origin" }
    """

    assert payload(columns, {"Projets": "RDC, Mali", "Origine": "Mali"}) == {
        "countries": [{"code": "CD", "roles": ["project"]}, {"code": "ML", "roles": ["project", "origin"]}]
    }


def test_the_first_column_that_is_filled_wins_and_joined_columns_follow_each_other() -> None:
    columns = """
        "Tél 1" = "phone"
        "Tél 2" = "phone"
        "Voie" = "seat.street"
        "Complément" = { to = "seat.street", join = ", " }
    """

    assert payload(columns, {"Tél 1": "", "Tél 2": "0299458802", "Voie": "1 rue X", "Complément": "bât. B"}) == {
        "phone": "+33 2 99 45 88 02",
        "seat": {"street": "1 rue X, bât. B"},
    }


def test_a_filled_column_wins_over_a_constant_and_adds_to_a_list() -> None:
    columns = '"Pays" = "seat.country"\n"T" = "sectors"\n[constants]\n"seat.country" = "FR"\nsectors = ["EAU"]\n'

    assert payload(columns, {"Pays": "Belgique", "T": "SANT"}) == {
        "seat": {"country": "BE"},
        "sectors": ["EAU", "SANT"],
    }
    assert payload(columns, {"Pays": "", "T": ""}) == {"seat": {"country": "FR"}, "sectors": ["EAU"]}


def test_a_constant_is_never_changed_by_a_row() -> None:
    mapping = parse(HEAD + '"T" = "sectors"\n[constants]\nsectors = ["EAU"]\nconsent_on = 2026-11-23\n')

    for _ in range(2):
        found = apply(mapping, RawRow(number=2, values={"N°": "1", "T": "SANT"}))
        assert found.payload == {"id": "1", "sectors": ["EAU", "SANT"], "consent_on": "2026-11-23"}


def test_one_column_may_fill_several_properties() -> None:
    assert payload('"GPS" = { to = ["seat.lat", "seat.lon"], split = "," }', {"GPS": "48.11, -1.68"}) == {
        "seat": {"lat": 48.11, "lon": -1.68}
    }


def test_parts_of_the_same_place_in_several_columns_make_one_object() -> None:
    columns = """
        "Titre" = "title"
        "Porteur" = "lead"
        "Partenaires" = { to = "partners", split = ";" }
        "Pays des partenaires" = { to = "partners.country", split = ";" }
        "Lieux" = { to = "places.name", split = ";" }
        "Latitudes" = { to = "places.lat", split = ";" }
        [constants]
        funders = [{ name = "AFD" }]
    """
    cells = {
        "Titre": "Forage", "Porteur": "Eau Vive", "Partenaires": "Ville de Kayes;ONG Ji",
        "Pays des partenaires": ";Mali", "Lieux": "Kayes;;Ségou", "Latitudes": "14,4;;13,4",
    }  # fmt: skip

    assert payload(columns, cells, head=PROJECT) == {
        "title": "Forage",
        "lead": {"name": "Eau Vive"},
        "partners": [{"name": "Ville de Kayes"}, {"name": "ONG Ji", "country": "ML"}],
        "places": [{"name": "Kayes", "lat": 14.4}, {"name": "Ségou", "lat": 13.4}],
        "funders": [{"name": "AFD"}],
    }


def test_objects_given_by_columns_follow_those_of_the_constants() -> None:
    columns = '"Financeurs" = { to = "funders", split = ";" }\n[constants]\nfunders = [{ name = "AFD" }]'

    found = mapped(columns, {"Financeurs": "Région"}, head=PROJECT)

    assert found.payload == {"id": "A-1", "funders": [{"name": "AFD"}, {"name": "Région"}]}
    assert found.column_of("/funders/1/name") == "Financeurs"


def test_an_ignored_column_is_left_aside() -> None:
    assert payload('"Notes" = { ignore = true, why = "usage interne" }', {"Notes": "x"}) == {}


@pytest.mark.parametrize(
    ("rule", "cells", "expected"),
    [
        ('columns = ["N°"]', {"N°": "  A  1 "}, "A 1"),
        ('columns = ["Dép", "N°"]', {"Dép": "35", "N°": "12"}, "35-12"),
        ('template = "ROR-{ror}"', {"ror": "002vpkf64"}, "ROR-002vpkf64"),
        ('columns = ["Dép", "N°"]', {"Dép": "", "N°": "12"}, None),
        ('columns = ["Dép", "N°"]', {"N°": "12"}, None),
        ('from = ["Nom", "Ville"]', {"Nom": "", "Ville": "Brest"}, None),
    ],
)
def test_the_id_is_made_of_its_columns_or_missing(rule: str, cells: dict[str, str], expected: str | None) -> None:
    mapping = parse(f'name = "a"\ncollection = "actor"\n[id]\n{rule}\n[columns]\n"Nom" = "name"\n')

    found = apply(mapping, RawRow(number=7, values=cells))

    assert found.id == expected
    if expected is None:
        assert found.payload is None
        assert [(one.row, one.issue.code, one.issue.severity) for one in found.issues] == [
            (7, "missing-id", Severity.ERROR)
        ]


def test_a_derived_id_survives_case_accents_and_spaces() -> None:
    mapping = parse('name = "a"\ncollection = "actor"\n[id]\nfrom = ["Nom", "Ville"]\n[columns]\n"Nom" = "name"\n')
    rows = [
        {"Nom": "Été  Indien", "Ville": "Brest"},
        {"Nom": "ETE INDIEN", "Ville": "brest"},
        {"Nom": "Été", "Ville": ""},
    ]

    first, second, third = (apply(mapping, RawRow(number=2, values=row)).id for row in rows)

    assert first == second != third


def test_what_validation_finds_is_led_back_to_its_column() -> None:
    columns = """
        "Nom" = "name"
        "N° SIREN" = "identifiers.siren"
        "Pays" = { to = "countries", split = "," }
        "CP" = "seat.postcode"
    """
    found = mapped(columns, {"Nom": "", "N° SIREN": "123456789", "Pays": "Mali,Togo", "CP": "35000"})

    assert found.column_of("/name") == "Nom"
    assert found.column_of("/identifiers/0/value") == "N° SIREN"
    assert found.column_of("/countries/1/code") == "Pays"
    assert found.column_of("/seat") == "CP"
    assert found.column_of("/id") == "N°"
    assert found.column_of("/website") is None
    assert found.column_of("") is None

    issues = [found.locate(issue) for issue in validate.issues("actor/1.0", found.payload)]
    told = {(one.row, one.column, one.read, one.issue.pointer) for one in issues}
    assert (7, "N° SIREN", "123456789", "/identifiers/0/value") in told
    assert (7, "Nom", "", "/name") in told


def test_issues_of_reading_stay_with_the_row() -> None:
    issue = Issue(code="too-many-cells", pointer="", severity=Severity.ERROR, message="…")
    row = RawRow(number=3, values={"N°": "1"}, issues=(RowIssue(row=3, issue=issue),))

    assert apply(parse(HEAD + '"Nom" = "name"'), row).issues == row.issues
