"""Cluster: group records by the pairs between them, the strongest pair first.

Two clusters become one only while the sum of log-odds over all pairs across them is positive: what tells two records
apart counts as much as what brings them together, and no chain of lookalikes holds. A pair that was never compared
costs a little. People's judgements bind: "same" is a bond, "different" a wall that no chain crosses.

Source: average-link agglomerative clustering with must-link and cannot-link pairs, Davidson & Ravi, PKDD 2005.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import RequestError

Scored = tuple[int, int, float]  # left, right, log-odds
Couple = tuple[int, int]


class Contradiction(RequestError):
    """Two records were judged different and yet are tied by judgements "same". `chain`: the records that tie them."""

    code = "contradictory-judgements"

    def __init__(self, chain: Sequence[Any]) -> None:
        super().__init__(f"judged different, and yet the same by a chain: {' = '.join(map(str, chain))}")
        self.chain = tuple(chain)


@dataclass(slots=True)
class _Group:
    """A growing cluster: its members, what ties it to each other group, and the groups it must not join."""

    members: list[int]
    ties: dict[int, tuple[float, int]] = field(default_factory=dict)  # group -> (sum of log-odds, pairs)
    walls: set[int] = field(default_factory=set)


def cluster(
    size: int,
    pairs: Iterable[Scored],
    *,
    same: Iterable[Couple] = (),
    different: Iterable[Couple] = (),
    unscored: float,
) -> list[list[int]]:
    """Group the numbers 0 to `size` - 1.

    pairs:    each couple once, in any order.
    unscored: log-odds of a couple that is not in `pairs`, never positive.
    Returns clusters of ascending numbers, in order of their smallest; the order of the arguments changes nothing.
    Raises Contradiction when `same` ties two records that `different` parts.
    """
    bonds = sorted(set(same))
    scored = sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))
    groups = {number: _Group([number]) for number in range(size)}
    home = list(range(size))
    for left, right, log_odds in scored:
        groups[left].ties[right] = groups[right].ties[left] = (log_odds, 1)
    for left, right in different:
        if chain := _chain(left, right, bonds):
            raise Contradiction(chain)
        groups[left].walls.add(right)
        groups[right].walls.add(left)
    for left, right in bonds:
        _join(groups, home, home[left], home[right])
    for left, right, log_odds in scored:
        if log_odds <= 0:
            break
        one, two = home[left], home[right]
        if one != two and two not in groups[one].walls and _strength(groups[one], groups[two], two, unscored) > 0:
            _join(groups, home, one, two)
    return sorted(sorted(group.members) for group in groups.values())


def _strength(one: _Group, two: _Group, name_of_two: int, unscored: float) -> float:
    total, count = one.ties.get(name_of_two, (0.0, 0))
    return round(total + unscored * (len(one.members) * len(two.members) - count), 6)


def _join(groups: dict[int, _Group], home: list[int], one: int, two: int) -> None:
    """Pour the smaller group into the larger one, the younger on a tie."""
    if one == two:
        return
    kept, gone = sorted((one, two), key=lambda name: (-len(groups[name].members), name))
    target, poured = groups[kept], groups.pop(gone)
    target.ties.pop(gone, None)
    for other, (total, count) in poured.ties.items():
        if other != kept:
            before, pairs = target.ties.get(other, (0.0, 0))
            target.ties[other] = groups[other].ties[kept] = (before + total, pairs + count)
            del groups[other].ties[gone]
    for other in poured.walls:
        target.walls.add(other)
        groups[other].walls.discard(gone)
        groups[other].walls.add(kept)
    for member in poured.members:
        home[member] = kept
    target.members += poured.members


def _chain(left: int, right: int, bonds: Iterable[Couple]) -> list[int]:
    """The shortest way from one record to another over bonds; empty when there is none."""
    ways: dict[int, list[int]] = {}
    for one, two in bonds:
        ways.setdefault(one, []).append(two)
        ways.setdefault(two, []).append(one)
    seen: dict[int, int] = {left: left}
    waiting = deque([left])
    while waiting and right not in seen:
        at = waiting.popleft()
        for neighbour in ways.get(at, ()):
            if neighbour not in seen:
                seen[neighbour] = at
                waiting.append(neighbour)
    if right not in seen:
        return []
    chain = [right]
    while chain[-1] != left:
        chain.append(seen[chain[-1]])
    return chain[::-1]
