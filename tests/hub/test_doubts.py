"""Which decisions are doubtful, from clusters and scored pairs alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.doubts import LEAST_PROBABILITY, doubt_about, doubts, probability

homes = st.lists(st.integers(0, 3), min_size=2, max_size=8)


def test_two_clusters_are_asked_about_once_at_the_pair_that_speaks_most_for_joining_them() -> None:
    [found] = doubts([0, 0, 1, 1], [(0, 1, 9.0), (2, 3, 9.0), (0, 2, -3.0), (1, 3, 1.0)], unscored=-1.0)

    assert (found.left, found.right, found.joined) == (1, 3, False)
    assert found.link == -1.0  # (-3 + 1 - 1 - 1) / 4
    assert found.sides == ({0, 1}, {2, 3})


def test_pairs_that_nobody_compared_make_no_doubt_of_a_sure_thing() -> None:
    found = doubts([0, 0, 0, 0, 1], [(0, 1, 9.0), (0, 2, 9.0), (0, 3, 9.0), (3, 4, -15.0)], unscored=-1.0)

    assert found == []


def test_a_cluster_is_asked_about_at_its_weak_links_only() -> None:
    [found] = doubts([0, 0, 0], [(0, 1, 9.0), (1, 2, 2.0), (0, 2, 1.0)], unscored=-1.0)

    assert (found.left, found.right, found.joined, found.link) == (1, 2, True, 1.5)
    assert sorted(map(sorted, found.sides)) == [[0, 1], [2]]


def test_the_younger_side_moves() -> None:
    [found] = doubts([0, 0, 1], [(0, 1, 9.0), (1, 2, 0.0)], unscored=-0.5)

    assert (found.moved(age=[0, 1, 2]), found.moved(age=[2, 1, 0])) == (1, 2)


@pytest.mark.parametrize(("link", "joined", "wrong"), [(0, True, 0.5), (5, True, 0.0067), (5, False, 0.9933)])
def test_a_decision_against_the_evidence_is_probably_wrong(link: float, joined: bool, wrong: float) -> None:
    assert probability(link, joined=joined) == pytest.approx(wrong, abs=1e-4)


def test_one_pair_alone_is_to_join_two_clusters_or_to_part_two_records() -> None:
    assert doubt_about([0, 0, 1], 1, 2, -2.0).sides == ({0, 1}, {2})
    assert doubt_about([0, 0, 1], 0, 1, 2.0).sides == ({0}, {1})


@given(homes=homes, data=st.data())
def test_every_doubt_is_about_two_sides_that_its_pair_stands_in(homes: list[int], data: st.DataObject) -> None:
    couples = [(left, right) for right in range(len(homes)) for left in range(right)]
    chosen = data.draw(st.lists(st.sampled_from(couples), unique=True))
    scored = [(*pair, data.draw(st.floats(-9, 9).map(lambda value: round(value, 2)))) for pair in chosen]

    found = doubts(homes, scored, unscored=-1.0)

    for each in found:
        one, two = each.sides
        assert not one & two
        assert (each.left in one) is (each.right in two)
        assert (each.left in two) is (each.right in one)
        assert each.joined is (homes[each.left] == homes[each.right])
        assert each.probability >= LEAST_PROBABILITY
        whole = {number for number, home in enumerate(homes) if home in (homes[each.left], homes[each.right])}
        assert one | two == whole
    assert found == doubts(homes, list(reversed(scored)), unscored=-1.0)
