"""The second generator keeps its word: repeatable, valid, damaged in every way it names, and decidable."""

from collections import defaultdict

from schemas.canonical import canonical
from schemas.validate import issues
from tests.otherhand import SEEN, directories
from tests.otherhand.damage import ON_NAMES, ON_SEATS
from tests.otherhand.kinds import KINDS

LISTED = directories(SEEN, 4_000)


def test_the_same_seed_and_size_give_the_same_records_and_another_seed_others() -> None:
    again = directories(SEEN, 500)

    assert again == directories(SEEN, 500)
    assert again != directories(SEEN + 1, 500)


def test_there_are_as_many_records_as_asked_in_as_many_directories() -> None:
    assert 0.95 * 4_000 <= len(LISTED) <= 1.05 * 4_000
    assert len({each.source for each in LISTED}) == 12
    assert {each.source for each in directories(SEEN, 500, offices=2)} == {"office-00", "office-01"}


def test_no_two_records_of_two_bodies_say_the_same() -> None:
    bodies: defaultdict[bytes, set[str]] = defaultdict(set)
    for each in LISTED:
        bodies[canonical(each.record)].add(each.body)

    assert [record for record, several in bodies.items() if len(several) > 1] == []


def test_every_record_is_one_that_a_network_may_send() -> None:
    refused = [(each.record, issues("actor/1.0", each.record)) for each in LISTED[:1_000]]

    assert [found for found in refused if any(issue.severity == "error" for issue in found[1])] == []


def test_every_kind_of_body_and_of_damage_is_there() -> None:
    damage = {label for each in LISTED for label in each.damage}

    assert {each.kind for each in LISTED} == KINDS.keys()
    assert ON_NAMES.keys() | set(ON_SEATS) <= damage
    assert 0.1 < sum(not each.damage for each in LISTED) / len(LISTED) < 0.5
