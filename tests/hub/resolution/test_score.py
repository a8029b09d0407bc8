"""Scoring: parts that add up, silence that says nothing, common values that say little."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hub.resolution import load
from hub.resolution.block import MOST_IN_BLOCK, candidates
from hub.resolution.compare import compare
from hub.resolution.explain import MEASURES, in_french
from hub.resolution.features import Row, features, table
from hub.resolution.rarity import add_rarity
from hub.resolution.score import score

README = Path(__file__).parents[3] / "hub/resolution/README.md"
MODEL = load()
ACTOR = MODEL.collections["actor"]


def row(name: str, **payload: Any) -> Row:
    return features("actor", {"name": name, "type": "ASSO"} | payload)


def scored(*rows: Row) -> dict[str, float]:
    """The score of the first two rows, among the others."""
    pair = pa.table({"left": [0], "right": [1]})
    found: dict[str, float] = score(pair, add_rarity(table(rows)), ACTOR).to_pylist()[0]
    return found


def test_the_parts_add_up_to_the_log_odds() -> None:
    found = scored(
        row("Anjou Forages Mali", phone="02 40 00 00 00", seat={"insee": "49007"}, countries=[{"code": "ML"}]),
        row("ANJOU FORAGE", phone="02 40 00 00 00", seat={"insee": "49007"}),
    )

    parts = sum(found[name] for name in ACTOR.weights)
    assert ACTOR.bias + parts == pytest.approx(found["log_odds"], abs=0.01)
    assert found["phone.same"] > 0


def test_what_one_side_does_not_say_is_no_evidence() -> None:
    said = {
        "seat": {"insee": "44109", "street": "1 rue Crébillon"},
        "phone": "02 40 00 00 00",
        "email": "a@b.org",
        "website": "https://b.org",
        "identifiers": [{"scheme": "siren", "value": "732829320"}, {"scheme": "rna", "value": "W441234567"}],
        "countries": [{"code": "ML"}],
        "sectors": ["EAU"],
        "founded_on": "1999",
    }

    with_much, with_little = scored(row("Eau vive", **said), row("Eau vive")), scored(row("Eau vive"), row("Eau vive"))

    assert with_much == with_little


def test_a_telephone_behind_many_names_is_weak_evidence() -> None:
    phone = {"phone": "02 40 00 00 00"}
    pair = row("Forages du Sahel", **phone), row("Puits pour Kayes", **phone)
    names = ("Kinkeliba", "Baobab", "Karité", "Harmattan", "Djembé", "Kora", "Balafon", "Teranga", "Ubuntu", "Sankofa")
    crowd = [row(name, **phone) for name in names]

    assert scored(*pair)["log_odds"] - scored(*pair, *crowd)["log_odds"] > 2


def test_a_rare_word_in_common_weighs_more_than_an_ordinary_one() -> None:
    ordinary = scored(row("Solidarité et développement"), row("Solidarité, développement"))
    rare = scored(row("Kinkeliba Harmattan"), row("Harmattan - Kinkeliba"))

    assert rare["name.shared"] > ordinary["name.shared"] > 0


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("UNION SPORT ST HERBLAIN", "Union sportive de Saint-Herblain", True),
        ("SOC ENTRAID MEMB LEG HONNEUR", "Société d'entraide des membres de la Légion d'honneur", True),
        ("Association d'aide au peuple du Gab", "Association d'aide au peuple du Gabon", True),
        ("Amicale Jean Rostand Vergers", "Amicale Jeanne Rostand Vergers", False),
        ("UNION SPORT ST HERBLAIN", "Union sociale de Saint-Herblain", False),
    ],
)
def test_a_name_whose_words_are_all_cut_short_is_nearly_the_whole_one(one: str, other: str, is_one: bool) -> None:
    found = compare(pa.table({"left": [0], "right": [1]}), add_rarity(table([row(one), row(other)])))

    assert bool(found["name.same"][0] or found["name.nearly"][0]) is is_one


def test_an_acronym_is_known_beside_a_name_of_one_word() -> None:
    stated = scored(row("AKB"), row("Association des Kurdes de Bessancourt", acronym="AKB"))
    spelt = scored(row("ACSPF"), row("Association des Comoriens de Saint-Paul-de-Fenouillet"))
    neither = scored(row("AKB"), row("Association des Comoriens de Saint-Paul-de-Fenouillet"))

    assert (stated["acronym.same"] > 0, stated["acronym.initials"], stated["name.both"]) == (True, 0, 0)
    assert (spelt["acronym.initials"] > 0, spelt["name.both"]) == (True, 0)
    assert neither["name.both"] < 0


def test_two_establishments_under_one_patron_are_two_and_so_is_a_section_of_a_club() -> None:
    services = scored(row("Centre social Simone Veil"), row("Centre de loisirs Simone Veil"))
    section = scored(row("Étoile sportive colombienne"), row("Étoile sportive colombienne judo"))
    cut = scored(row("Étoile sportive colombienne gymnastique"), row("ETOILE SPORTIVE COLOMBIENNE GYMN"))

    assert services["name.services"] < 0
    assert section["name.goes_on"] < 0
    assert cut["name.goes_on"] == 0


def test_the_score_of_a_pair_hangs_on_nobody_who_shares_nothing_with_it() -> None:
    pair = row("Anjou Forages Mali", seat={"insee": "49007"}), row("Anjou Forages", seat={"insee": "49007"})
    strangers = [row(f"Zztop{number} Qwerty{number}") for number in range(400)]

    assert abs(scored(*pair)["log_odds"] - scored(*pair, *strangers)["log_odds"]) < 0.1


def test_a_pair_is_worth_the_same_in_any_batch_and_either_way_round() -> None:
    names = [
        "Anjou Forages Mali",
        "ANJOU FORAGE",
        "Comité de jumelage de Brest",
        "Ville de Brest",
        "GRET",
        "Sahel vert",
    ]
    rows = add_rarity(table(row(name, seat={"insee": "29019"}) for name in names))
    left, right = np.triu_indices(len(names), k=1)
    whole = score(pa.table({"left": left, "right": right}), rows, ACTOR)

    one_by_one = [
        score(pa.table({"left": [a], "right": [b]}), rows, ACTOR).column("log_odds")[0].as_py()
        for a, b in zip(left, right, strict=True)
    ]
    turned = score(pa.table({"left": right, "right": left}), rows, ACTOR)

    assert whole.column("log_odds").to_pylist() == one_by_one == turned.column("log_odds").to_pylist()


def test_a_block_that_is_too_large_proposes_nothing() -> None:
    phone = {"phone": "02 40 00 00 00"}

    def crowd(size: int) -> pa.Table:
        return add_rarity(table(row(chr(97 + number % 26) * (number + 3), **phone) for number in range(size)))

    assert len(candidates(crowd(MOST_IN_BLOCK))) == MOST_IN_BLOCK * (MOST_IN_BLOCK - 1) // 2
    assert len(candidates(crowd(MOST_IN_BLOCK + 1))) == 0


def test_candidates_come_in_order_and_once() -> None:
    rows = add_rarity(table(row(name) for name in ["Eau vive", "EAU VIVE", "Eau-Vive", "Autre chose"]))

    found = list(zip(*candidates(rows).to_pydict().values(), strict=True))

    assert found == [(0, 1), (0, 2), (1, 2)]


def test_the_model_weighs_only_measures_that_exist_and_each_is_told_in_french() -> None:
    rows = add_rarity(table([row("Eau vive"), row("Eau vive")]))
    exist = set(compare(pa.table({"left": [0], "right": [1]}), rows))

    weighed = {name for part in MODEL.collections.values() for name in part.weights}
    assert weighed <= exist
    assert weighed <= set(MEASURES) <= exist


def test_a_part_is_told_with_its_value_and_its_weight() -> None:
    brest, quimper = row("A", seat={"insee": "29019"}), row("B", seat={"insee": "29232"})

    assert in_french("place.near", -1.0, brest, quimper) == (
        "communes différentes du même département (Brest ; Quimper) : −1,0"
    )
    same = [{"scheme": "siren", "value": "732829320"}]
    assert in_french("siren.same", 6.0, row("A", identifiers=same), row("B", identifiers=same)) == (
        "même SIREN (732829320) : +6,0"
    )


def test_the_readme_gives_every_measure_with_its_weights() -> None:
    readme = README.read_text("utf-8")

    for name in MEASURES:
        weights = [MODEL.collections[each].weights.get(name) for each in ("actor", "project", "announcement")]
        shown = " | ".join("" if weight is None else f"{weight:+g}".replace("-", "−") for weight in weights)
        assert re.search(rf"\| `{re.escape(name)}` \| .+ \| {re.escape(shown)} \|\n", readme), name
