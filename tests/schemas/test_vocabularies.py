"""Vocabularies are data: whole, attributed, and found by the words that people use."""

import subprocess
import sys

import pytest

from schemas.text import fold
from schemas.vocabularies import NAMES, UnknownVocabulary, vocabulary


@pytest.mark.parametrize("name", NAMES)
def test_a_vocabulary_is_whole(name: str) -> None:
    words = vocabulary(name)

    assert words.name == name
    assert words.version
    assert words.source
    assert words.licence
    assert words.status in {"norme", "proposition de travail"}
    for code, term in words.terms.items():
        assert term.label_fr
        assert term.label_en
        assert term.parent is None or term.parent in words
        assert code not in words.ancestors(code)
        assert words.find(code) == words.find(term.label_fr) == code
        assert words.find(term.label_en.upper()) == code


@pytest.mark.parametrize("name", NAMES)
def test_no_alias_belongs_to_two_terms(name: str) -> None:
    words = vocabulary(name)

    for code, term in words.terms.items():
        for alias in term.aliases:
            assert words.find(alias) == code, alias


def test_the_lists_have_the_sizes_that_their_owners_state() -> None:
    assert len(vocabulary("sectors").terms) == 18
    assert list(vocabulary("sdgs").terms) == [str(number) for number in range(1, 18)]
    assert len(vocabulary("countries").terms) == 250  # ISO 3166-1 and Kosovo
    assert len(vocabulary("announcement-kinds").terms) == 8


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("RDC", "CD"),
        ("Congo-Kinshasa", "CD"),
        ("REP. DEM. DU CONGO", "CD"),
        ("REPUBLIQUE DEMOCRATIQUE DU CONGO.", "CD"),
        ("Zaïre", "CD"),
        ("Congo-Brazza", "CG"),
        ("CONGO", "CG"),
        ("Haute-Volta", "BF"),
        ("BURKINA FASO", "BF"),
        ("Birmanie", "MM"),
        ("BIRMANIE (MYANMAR)", "MM"),
        ("Côte d’Ivoire", "CI"),
        ("COTE D'IVOIRE", "CI"),
        ("Cap-Vert", "CV"),
        ("Swaziland", "SZ"),
        ("Palestine", "PS"),
        ("TERRITOIRES AUTONOMES PALESTINIENS", "PS"),
        ("Kosovo", "XK"),
        ("CENTRAFRICAINE, REPUBLIQUE", "CF"),
        ("LAOS, REPUBLIQUE DEMOCRATIQUE POPULAIRE", "LA"),
        ("TANZANIE, REPUBLIQUE UNIE", "TZ"),
        ("DOMINICAINE,REPUBLIQUE", "DO"),
        ("ROYAUME DU CAMBODGE", "KH"),
        ("VIET-NAM", "VN"),
        ("IRAQ", "IQ"),
        ("MLI", "ML"),
        ("Guinée", "GN"),
        ("Guinée équatoriale", "GQ"),
        ("Atlantide", None),
        ("MULTI-PAYS", None),
        ("", None),
    ],
)
def test_a_country_is_found_by_what_people_write(said: str, code: str | None) -> None:
    assert vocabulary("countries").find(said) == code


def test_every_country_has_its_codes_and_its_zone() -> None:
    zones = vocabulary("zones")
    for code, country in vocabulary("countries").terms.items():
        assert len(country.crosswalks["iso3"][0]) == 3
        assert code == "XK" or len(country.crosswalks["m49"][0]) == 3
        assert country.crosswalks["zone"][0] in zones


def test_the_tree_is_climbed_both_ways() -> None:
    types = vocabulary("actor-types")

    assert types.ancestors("ASSO-JUM") == ("ASSO",)
    assert "ASSO-JUM" in types.children("ASSO")
    assert types.ancestors("ASSO") == types.ancestors("no-such-code") == ()
    assert vocabulary("zones").ancestors("AFR-OUEST") == ("AFR-SUB", "AFR")


def test_labels_are_in_two_languages_and_an_unknown_code_is_its_own() -> None:
    sectors = vocabulary("sectors")

    assert sectors.label("EAU") == "Eau et assainissement"
    assert sectors.label("EAU", "en") == "Water and sanitation"
    assert sectors.label("XXX") == "XXX"
    assert sectors.get("EAU") is sectors.terms["EAU"]
    assert sectors.get("XXX") is None


def test_crosswalks_lead_to_lists_that_exist() -> None:
    sdgs = vocabulary("sdgs")
    for sector in vocabulary("sectors").terms.values():
        assert all(goal in sdgs for goal in sector.crosswalks["sdg"])
        assert all(fold(code).isdecimal() and len(code) == 3 for code in sector.crosswalks.get("dac", ()))


def test_an_unknown_vocabulary_is_refused_by_name() -> None:
    with pytest.raises(UnknownVocabulary, match="no vocabulary is called 'colours'"):
        vocabulary("colours")


def test_importing_the_contract_reads_no_data() -> None:
    script = (
        "import sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "import schemas.validate, schemas.feed\n"
        "print([name for name in opened if name.endswith(('.json', '.tsv', '.gz'))])\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"
