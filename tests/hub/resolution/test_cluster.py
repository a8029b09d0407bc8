"""Clustering: every record has one home, people's judgements bind, the order of arrival changes nothing."""

from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.resolution.cluster import Contradiction, cluster

SIZE = 8
COUPLES = list(combinations(range(SIZE), 2))

scored = st.dictionaries(st.sampled_from(COUPLES), st.floats(-9, 9).map(lambda odds: round(odds, 3)), max_size=20).map(
    lambda found: [(left, right, odds) for (left, right), odds in found.items()]
)
couples = st.lists(st.sampled_from(COUPLES), max_size=3, unique=True)


def test_negative_evidence_breaks_a_chain_of_lookalikes() -> None:
    assert cluster(3, [(0, 1, 5.0), (1, 2, 4.0), (0, 2, -6.0)], unscored=-0.25) == [[0, 1], [2]]


def test_a_chain_holds_while_the_sum_across_is_positive() -> None:
    assert cluster(3, [(0, 1, 5.0), (1, 2, 4.0), (0, 2, -3.0)], unscored=-0.25) == [[0, 1, 2]]


def test_a_pair_that_was_never_compared_costs_a_little() -> None:
    pairs = [(0, 1, 5.0), (1, 2, 0.2)]

    assert cluster(3, pairs, unscored=0.0) == [[0, 1, 2]]
    assert cluster(3, pairs, unscored=-0.25) == [[0, 1], [2]]


def test_what_a_person_said_outweighs_any_score() -> None:
    assert cluster(2, [(0, 1, -20.0)], same=[(0, 1)], unscored=-0.25) == [[0, 1]]
    assert cluster(2, [(0, 1, 20.0)], different=[(0, 1)], unscored=-0.25) == [[0], [1]]


def test_a_contradiction_is_told_with_the_chain_that_makes_it() -> None:
    with pytest.raises(Contradiction) as refused:
        cluster(4, [], same=[(0, 1), (1, 2), (2, 3)], different=[(0, 2)], unscored=-0.25)

    assert refused.value.chain == (0, 1, 2)


@given(pairs=scored, walls=couples, seed=st.integers())
def test_every_record_has_one_home_and_no_wall_is_crossed(pairs, walls, seed) -> None:  # type: ignore[no-untyped-def]
    found = cluster(SIZE, pairs, different=walls, unscored=-0.25)

    assert sorted(number for group in found for number in group) == list(range(SIZE))
    assert not any({left, right} <= set(group) for left, right in walls for group in found)
    Random(seed).shuffle(pairs)
    assert cluster(SIZE, pairs, different=walls[::-1], unscored=-0.25) == found


@given(pairs=scored, bonds=couples)
def test_bonds_hold_whatever_the_scores(pairs, bonds) -> None:  # type: ignore[no-untyped-def]
    found = cluster(SIZE, pairs, same=bonds, unscored=-0.25)

    assert all(any({left, right} <= set(group) for group in found) for left, right in bonds)


@given(pairs=scored)
def test_no_two_clusters_are_left_apart_by_a_pair_that_ties_them_alone(pairs) -> None:  # type: ignore[no-untyped-def]
    """Two single records with a positive pair and no other tie to anyone end in one cluster."""
    touched = [number for left, right, _ in pairs for number in (left, right)]
    lonely = [(left, right, odds) for left, right, odds in pairs if touched.count(left) == touched.count(right) == 1]

    found = cluster(SIZE, pairs, unscored=-0.25)

    assert all(([left, right] in found) == (odds > 0) for left, right, odds in lonely)
