"""Which records go on under another id, told by their content alone."""

from hypothesis import given
from hypothesis import strategies as st

from hub.quality.rekeys import rekey_map
from schemas.canonical import JSON
from schemas.record import RecordKey


def key(local_id: str, collection: str = "actor") -> RecordKey:
    return RecordKey(collection, "centraider", local_id)


def actor(local_id: str, name: str, **more: object) -> tuple[RecordKey, JSON]:
    return key(local_id), {"id": local_id, "name": name, **more}


def project(local_id: str, title: str, lead: str) -> tuple[RecordKey, JSON]:
    return key(local_id, "project"), {"id": local_id, "title": title, "lead": {"actor": lead}}


def found(old: list[tuple[RecordKey, JSON]], new: list[tuple[RecordKey, JSON]]) -> dict[str, str]:
    return {left.local_id: right.local_id for left, right in rekey_map(old, new, {}).pairs.items()}


def test_the_same_content_goes_on_whatever_its_id_says() -> None:
    assert found([actor("A", "Eau"), actor("B", "Terre")], [actor("C", "Terre"), actor("D", "Autre")]) == {"B": "C"}


def test_other_content_or_another_collection_is_another_record() -> None:
    assert found([actor("A", "Eau")], [actor("B", "eau")]) == {}
    assert found([actor("A", "Eau")], [(key("B", "project"), {"name": "Eau"})]) == {}


def test_references_are_read_through_the_map_however_deep_they_go() -> None:
    old = [
        actor("A", "Comité", parent={"actor": "B"}),
        actor("B", "Fédération", parent={"actor": "C"}),
        actor("C", "Union"),
        project("P", "Puits", "A"),
        project("Q", "Puits", "C"),
    ]
    new = [
        actor("1", "Comité", parent={"actor": "2"}),
        actor("2", "Fédération", parent={"actor": "3"}),
        actor("3", "Union"),
        project("4", "Puits", "1"),
        project("5", "Puits", "3"),
    ]

    assert found(old, new) == {"A": "1", "B": "2", "C": "3", "P": "4", "Q": "5"}


def test_references_to_actors_of_an_earlier_proposal_are_read_through_it_too() -> None:
    told = rekey_map([project("P", "Puits", "A")], [project("4", "Puits", "1")], {"A": "1"})

    assert told.pairs == {key("P", "project"): key("4", "project")}


def test_what_stands_twice_on_either_side_is_left_out_and_counted() -> None:
    twice_before = rekey_map([actor("A", "Eau"), actor("B", "Eau")], [actor("C", "Eau")], {})
    twice_after = rekey_map([actor("A", "Eau")], [actor("C", "Eau"), actor("D", "Eau")], {})

    assert (twice_before.pairs, twice_before.ambiguous) == ({}, 2)
    assert (twice_after.pairs, twice_after.ambiguous) == ({}, 1)


NAMES = st.lists(st.sampled_from("abcdef"), max_size=8)


@given(before=NAMES, after=NAMES)
def test_a_pair_is_proposed_exactly_when_the_content_stands_once_on_each_side(
    before: list[str], after: list[str]
) -> None:
    old = [actor(f"old-{place}", name) for place, name in enumerate(before)]
    new = [actor(f"new-{place}", name) for place, name in enumerate(after)]

    pairs = rekey_map(old, new, {}).pairs

    once = {name for name in before if before.count(name) == 1 and after.count(name) == 1}
    assert {dict(old)[left]["name"] for left in pairs} == once
    assert all(dict(old)[left]["name"] == dict(new)[right]["name"] for left, right in pairs.items())
