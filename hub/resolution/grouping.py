"""Grouping: cluster each of several components by itself, in the order of the ids of its records."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from hub.resolution.block import Couples
from hub.resolution.cluster import Contradiction, cluster
from hub.resolution.columns import Floats, Ints
from hub.resolution.components import ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known inside components: couples with their log-odds, and couples that a person judged."""

    couples: Couples
    log_odds: Floats
    same: Couples
    different: Couples


def homes(home: Ints, groups: list[Ints], evidence: Evidence, unscored: float) -> Ints:
    """The home of each record after each group was clustered: the first record of its cluster.

    home:   of every record, before.
    groups: the records of each component, in the order of their ids, which decides between equals.
    Raises Contradiction, with the records of the chain.
    """
    found, owner, rank = home.copy(), np.full(len(home), -1), np.zeros(len(home), dtype=np.int64)
    for number, group in enumerate(groups):
        owner[group], rank[group] = number, np.arange(len(group))
    evidence_of_each = zip(
        groups,
        _of_each(evidence.couples, owner, rank, len(groups), evidence.log_odds),
        _of_each(evidence.same, owner, rank, len(groups)),
        _of_each(evidence.different, owner, rank, len(groups)),
        strict=True,
    )
    for group, scored, same, different in evidence_of_each:
        try:
            parts = cluster(len(group), scored, same=same, different=different, unscored=unscored)
        except Contradiction as contradiction:
            raise Contradiction(group[list(contradiction.chain)].tolist()) from None
        for part in parts:
            found[group[part]] = group[part[0]]
    return found


def _of_each(couples: Couples, owner: Ints, rank: Ints, groups: int, *values: Floats) -> Iterator[list[Any]]:
    """For each group, its couples by rank, the smaller on the left, each with its values."""
    left, right = ends(couples)
    inside = np.flatnonzero((owner[left] >= 0) & (owner[left] == owner[right]))
    order = inside[np.argsort(owner[left[inside]], kind="stable")]
    bounds = np.searchsorted(owner[left[order]], np.arange(groups + 1))
    one, two = rank[left[order]], rank[right[order]]
    lines: list[Any] = list(
        zip(
            *(
                each.tolist()
                for each in (np.minimum(one, two), np.maximum(one, two), *(value[order] for value in values))
            ),
            strict=True,
        )
    )
    for start, end in pairwise(bounds):
        yield lines[start:end]
