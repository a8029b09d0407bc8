"""Resolution as a whole: the traps of the field, people's judgements, and no chance anywhere."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.match import Verdict
from hub.model.record import Accepted
from hub.resolution import Contradiction, load, resolve_records
from tests.hub.resolution.records import START, accepted, actor, are_one, judged, together

BREST, QUIMPER, LYON, SAINT_DENIS_93, SAINT_DENIS_974 = "29019", "29232", "69123", "93066", "97411"


def siren(value: str) -> dict[str, object]:
    return {"identifiers": [{"scheme": "siren", "value": value}]}


def uai(value: str) -> dict[str, object]:
    return {"identifiers": [{"scheme": "uai", "value": value}]}


SAME = {
    "capitals and a legal form": (
        actor("a", "1", "ASSOCIATION JUVISY-TILLABERI", insee="91326"),
        actor("b", "1", "Juvisy Tillabéri", insee="91326"),
    ),
    "a letter apart, one address": (
        actor("a", "1", "Juvisy-Tillaberi", seat={"insee": "91326", "street": "6, rue Piver"}),
        actor("b", "1", "Juvisy Tillabery", seat={"insee": "91326", "street": "6 rue Piver"}),
    ),
    "an acronym and its words": (
        actor("a", "1", "GSF", insee="44109", phone="02 40 00 00 00"),
        actor("b", "1", "Gynécologie sans frontières", insee="44109", phone="+33240000000"),
    ),
    "a commune under two words": (actor("a", "1", "Ville de Brest"), actor("b", "1", "Mairie de Brest", insee=BREST)),
    "a département by its number": (
        actor("a", "1", "CD35"),
        actor("b", "1", "Conseil départemental d'Ille-et-Vilaine", insee="35238"),
    ),
    "old and new name, one SIREN": (
        actor("a", "1", "Association française des volontaires du progrès", **siren("785207176")),
        actor("b", "1", "France Volontaires", **siren("785207176")),
    ),
    "a branch of one town under its long and its short name": (
        actor("a", "1", "Secours populaire français - comité de Brest", insee=BREST),
        actor("b", "1", "Secours populaire", insee=BREST),
    ),
}

DIFFERENT = {
    "branches of two towns": (
        actor("a", "1", "Secours populaire français", insee=BREST),
        actor("b", "1", "Secours populaire français", insee=LYON),
    ),
    "branches of two towns of one département": (
        actor("a", "1", "Secours populaire de Brest"),
        actor("b", "1", "Secours populaire de Quimper"),
    ),
    "a delegation with the SIREN of the national body": (
        actor("a", "1", "Croix-Rouge française - Délégation de Vendée", **siren("775672272")),
        actor("b", "1", "Croix-Rouge française - Délégation de la Sarthe", **siren("775672272")),
    ),
    "twinning committees of two towns with one city": (
        actor("a", "1", "Comité de jumelage Brest - Kiel", insee=BREST),
        actor("b", "1", "Comité de jumelage Quimper - Kiel", insee=QUIMPER),
    ),
    "homonymous communes": (
        actor("a", "1", "Ville de Saint-Denis", insee=SAINT_DENIS_93),
        actor("b", "1", "Ville de Saint-Denis", insee=SAINT_DENIS_974),
    ),
    "a commune and its social centre": (
        actor("a", "1", "Ville de Brest", insee=BREST),
        actor("b", "1", "CCAS de Brest", insee=BREST),
    ),
    "a commune and its intercommunality": (
        actor("a", "1", "Ville de Brest", insee=BREST),
        actor("b", "1", "Brest Métropole", insee=BREST),
    ),
    "a commune and its twinning committee": (
        actor("a", "1", "Ville de Brest", insee=BREST),
        actor("b", "1", "Comité de jumelage de Brest", insee=BREST),
    ),
    "a lycée and a collège of one name and site": (
        actor("a", "1", "Lycée Saint-Vincent", insee="35238", website="https://saintvincent.example"),
        actor("b", "1", "Collège Saint-Vincent", insee="35238", website="https://saintvincent.example"),
    ),
    "two schools with their own UAI": (
        actor("a", "1", "Lycée Bréquigny", insee="35238", **uai("0350028R")),
        actor("b", "1", "Lycée professionnel Bréquigny", insee="35238", **uai("0350059Z")),
    ),
    "a school and its foundation": (
        actor("a", "1", "Audencia Nantes", insee="44109"),
        actor("b", "1", "Audencia Foundation", insee="44109"),
    ),
    "homonyms elsewhere": (
        actor("a", "1", "Soleil d'Afrique", insee="02722", **siren("520617382")),
        actor("b", "1", "Soleil d'Afrique", insee="44109", **siren("494005911")),
    ),
    "a commune and a national body's unit there": (
        actor("a", "1", "Ville de Nesle", insee="80585"),
        actor("b", "1", "Cimade Nesle", insee="80585"),
    ),
    "two clubs of a small commune": (
        actor("a", "1", "Tennis club de Nesle", insee="80585"),
        actor("b", "1", "Football club de Nesle", insee="80585"),
    ),
    "two leagues of a region in its capital": (
        actor("a", "1", "Ligue de judo de la Martinique", insee="97209"),
        actor("b", "1", "Ligue de voile de la Martinique", insee="97209"),
    ),
    "two associations for one country, nothing else said": (
        actor("a", "1", "Association France-Pologne"),
        actor("b", "1", "France Pologne"),
    ),
}


@pytest.mark.parametrize("what", SAME)
def test_these_are_one(what: str) -> None:
    assert are_one(*SAME[what])


@pytest.mark.parametrize("what", DIFFERENT)
def test_these_are_two(what: str) -> None:
    assert not are_one(*DIFFERENT[what])


def crowd() -> list[Accepted]:
    """Every record above, each under a key of its own."""
    pairs = [*SAME.values(), *DIFFERENT.values()]
    return [
        accepted(f"n{at % 5}", f"{at}-{side}", record.payload)
        for at, pair in enumerate(pairs)
        for side, record in enumerate(pair)
    ]


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(chance) -> None:  # type: ignore[no-untyped-def]
    records = crowd()
    expected = resolve_records(records)

    chance.shuffle(records)

    assert resolve_records(records) == expected


def test_every_record_has_one_home_and_every_edge_joins_two_records_of_one_cluster() -> None:
    records = crowd()

    found = resolve_records(records)

    assert sorted(key for cluster in found.clusters for key in cluster) == sorted(record.key for record in records)
    assert found.edges
    for edge in found.edges:
        assert any({edge.pair.left, edge.pair.right} <= cluster for cluster in found.clusters)
        assert abs(sum(part.weight for part in edge.parts) - edge.log_odds) < 0.01
        assert all(part.text_fr for part in edge.parts)


def test_a_persons_judgement_binds_and_the_newest_of_a_pair_stands() -> None:
    one, other = SAME["capitals and a legal form"]
    before = judged(one, other, Verdict.SAME)
    after = judged(other, one, Verdict.DIFFERENT, START + timedelta(days=1))

    assert not together(resolve_records([one, other], [after, before]).clusters, one, other)
    assert together(resolve_records([one, other], [before]).clusters, one, other)


def test_a_judgement_same_ties_what_nothing_else_ties() -> None:
    one, other = actor("a", "1", "Eau vive"), actor("b", "1", "Kinkeliba")

    assert together(resolve_records([one, other], [judged(one, other, Verdict.SAME)]).clusters, one, other)


def test_a_doubt_and_a_judgement_on_a_record_that_is_gone_change_nothing() -> None:
    one, other = SAME["capitals and a legal form"]
    gone = actor("c", "1", "Eau vive")
    doubts = [judged(one, other, Verdict.UNSURE), judged(one, gone, Verdict.SAME)]

    assert resolve_records([one, other], doubts) == resolve_records([one, other])


def test_contradictory_judgements_are_refused() -> None:
    a, b, c = (actor("n", each, f"Nom {each}") for each in "abc")
    said = [judged(a, b, Verdict.SAME), judged(b, c, Verdict.SAME), judged(a, c, Verdict.DIFFERENT)]

    with pytest.raises(Contradiction, match=r"actor:n/a = actor:n/b = actor:n/c") as refused:
        resolve_records([a, b, c], said)

    assert refused.value.chain == (a.key, b.key, c.key)


def test_a_project_told_by_two_networks_is_one_and_a_sequel_is_another() -> None:
    told = {"lead": {"name": "Anjou Forages Mali"}, "countries": [{"code": "ML"}], "starts_on": "2025"}
    first = accepted("a", "P", {"title": "Forages à Kayes"} | told, "project")
    again = accepted("b", "P", {"title": "FORAGE A KAYES"} | told, "project")
    sequel = accepted("b", "Q", {"title": "Forages à Kayes - phase 2"} | told | {"starts_on": "2027"}, "project")

    clusters = resolve_records([first, again, sequel]).clusters

    assert together(clusters, first, again)
    assert not together(clusters, first, sequel)


def test_a_call_relayed_by_two_networks_is_one_and_next_years_is_another() -> None:
    call = {"kind": "funding", "title": "FORIM : appel à mésoprojets 2026", "closes_at": "2026-05-01T12:00:00+02:00"}
    next_year = {"kind": "funding", "title": "FORIM : appel à mésoprojets 2027", "closes_at": "2027-05-01T12:00:00Z"}
    first, again = (accepted(network, "C", call, "announcement") for network in ("resacoop", "gescod"))
    other = accepted("gescod", "D", next_year, "announcement")

    clusters = resolve_records([first, again, other]).clusters

    assert together(clusters, first, again)
    assert not together(clusters, again, other)


def test_collections_never_mix() -> None:
    found = resolve_records([actor("a", "1", "Eau vive"), accepted("a", "1", {"title": "Eau vive"}, "project")])

    assert len(found.clusters) == 2


def test_poor_and_odd_records_are_resolved_like_any_other() -> None:
    odd = ["", "!!!", "123", "mot " * 2_500, "<p>Eau vive</p>", "Ã‰cole", "É" * 300]
    records = [actor("a", str(at), name) for at, name in enumerate(odd)] + [accepted("b", "0", {})]

    assert len(resolve_records(records).clusters) == len(records)
    assert resolve_records([]).clusters == []


def test_five_thousand_records_behind_one_telephone_stay_apart() -> None:
    records = [actor("a", str(at), f"Kinkeliba{at} Harmattan{at}", phone="02 40 00 00 00") for at in range(5_000)]

    assert len(resolve_records(records).clusters) == len(records)


def test_a_private_contact_joins_two_spellings_of_a_body() -> None:
    key = {"match_keys": ["a" * 64]}
    one, other = ("a", "1", "Solidarité Ségou"), ("b", "1", "Ségou Partage")

    assert not are_one(actor(*one, insee="37261"), actor(*other, insee="37261"))
    assert are_one(actor(*one, insee="37261", **key), actor(*other, insee="37261", **key))


@pytest.mark.parametrize("bodies", [3, 12, 40])
@pytest.mark.parametrize("keys", [["a" * 64], ["a" * 64, "b" * 64], ["a" * 64, "c" * 64]])
def test_private_contacts_that_several_bodies_share_join_none_of_them(bodies: int, keys: list[str]) -> None:
    chance, sounds = Random(1), "ba de fi go ku la me ni po ru sa te vi zo".split()
    names = [" ".join("".join(chance.sample(sounds, 3)) for _ in range(3)) for _ in range(bodies)]
    records = [actor("a", str(at), name, insee="37018", match_keys=keys) for at, name in enumerate(names)]

    assert len(resolve_records(records).clusters) == len(records)


def test_an_identifier_that_three_hundred_bodies_share_joins_none_of_them() -> None:
    records = [actor("a", str(at), f"Kinkeliba{at} Harmattan{at}", **siren("732829320")) for at in range(300)]

    assert len(resolve_records(records).clusters) == len(records)


def test_the_model_is_a_file_that_says_its_version() -> None:
    assert load().version
    assert set(load().collections) == {"actor", "project", "announcement"}
