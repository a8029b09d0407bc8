"""Doubts: which decisions of a resolution are worth a person's look, and how much hangs on each.

    clusters + scored pairs ──► between two clusters   would they better be one?
                            └─► inside a cluster       would it better be cut at its weakest links?

A decision is about two sides, and is asked once, at the pair that speaks most for joining them. How sure it is, is the
mean log-odds across the sides, the quantity whose sign decided (see `hub.resolution.cluster`). Pairs that were not
compared, and count for little, make no doubt of a sure thing: two clusters are never more alike than their best pair,
and inside a cluster the compared pairs speak alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, fsum

Scored = tuple[int, int, float]  # left, right, log-odds

# A decision that is wrong less often than once in fifty waits behind everything else for ever.
LEAST_PROBABILITY = 0.02
MOST_CUTS = 60  # the weakest links of one cluster; a body with more records has other troubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A decision by the numbers of its records.

    left, right: the pair to look at, left < right.
    link:        log-odds of the two sides.
    joined:      whether they are one cluster now.
    sides:       the records on either side.
    """

    left: int
    right: int
    link: float
    joined: bool
    sides: tuple[frozenset[int], frozenset[int]]

    @property
    def probability(self) -> float:
        return probability(self.link, joined=self.joined)

    def moved(self, age: Sequence[int]) -> int:
        """How many records would change identifier: those that are not on the side of the oldest.

        age: of every record, the oldest lowest.
        """
        return len(max(self.sides, key=lambda side: min(age[number] for number in side)))


def probability(link: float, *, joined: bool) -> float:
    """That a decision is wrong, if the log-odds are right."""
    towards = link if joined else -link
    return 1 / (1 + exp(min(towards, 700.0)))


def doubts(homes: Sequence[int], scored: Iterable[Scored], unscored: float) -> list[Doubt]:
    """The doubtful decisions behind these clusters, in order of their pairs.

    homes:    the cluster of every record.
    scored:   each compared pair once, left < right.
    unscored: log-odds of a pair that was not compared.
    """
    members: dict[int, list[int]] = defaultdict(list)
    for number, home in enumerate(homes):
        members[home].append(number)
    inside: dict[int, list[Scored]] = defaultdict(list)
    across: dict[tuple[int, int], list[Scored]] = defaultdict(list)
    for pair in scored:
        one, two = sorted((homes[pair[0]], homes[pair[1]]))
        if one == two:
            inside[one].append(pair)
        else:
            across[one, two].append(pair)
    found = [
        _union(pairs, frozenset(members[one]), frozenset(members[two]), unscored)
        for (one, two), pairs in across.items()
    ]
    for home, pairs in inside.items():
        found += _cuts(frozenset(members[home]), pairs)
    kept = [each for each in found if each.probability >= LEAST_PROBABILITY]
    return sorted(kept, key=lambda each: (each.left, each.right))


def doubt_about(homes: Sequence[int], left: int, right: int, log_odds: float) -> Doubt:
    """The decision on one pair alone: to join the clusters of the two, or to part the one from the other."""
    joined = homes[left] == homes[right]
    sides = [
        frozenset([number] if joined else [other for other, home in enumerate(homes) if home == homes[number]])
        for number in (left, right)
    ]
    return Doubt(left=left, right=right, link=log_odds, joined=joined, sides=(sides[0], sides[1]))


def _union(pairs: Sequence[Scored], one: frozenset[int], two: frozenset[int], unscored: float) -> Doubt:
    """pairs: the compared ones across two clusters, at least one."""
    left, right, best = _best(pairs)
    couples = len(one) * len(two)
    total = fsum(pair[2] for pair in pairs) + unscored * (couples - len(pairs))  # whatever their order
    return Doubt(left=left, right=right, link=round(min(total / couples, best), 3), joined=False, sides=(one, two))


def _cuts(members: frozenset[int], pairs: Sequence[Scored]) -> Iterator[Doubt]:
    """A cluster is held together by a tree of its strongest pairs: each of them is a place where it could be cut.

    Source: single-linkage clustering as a maximum spanning tree, Gower & Ross, Applied Statistics 18 (1969).
    """
    tree = _strongest_tree(pairs)
    for link in tree[-MOST_CUTS:]:
        one = _reach(link[0], [other for other in tree if other != link])
        crossing = [pair for pair in pairs if (pair[0] in one) != (pair[1] in one)]
        left, right, _ = _best(crossing)
        mean = fsum(pair[2] for pair in crossing) / len(crossing)
        yield Doubt(left=left, right=right, link=round(mean, 3), joined=True, sides=(one, members - one))


def _best(pairs: Iterable[Scored]) -> Scored:
    return min(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))


def _strongest_tree(pairs: Iterable[Scored]) -> list[tuple[int, int]]:
    """Kruskal's algorithm, the strongest pair first."""
    parent: dict[int, int] = {}

    def root(number: int) -> int:
        while (above := parent.setdefault(number, number)) != number:
            number = above
        return number

    tree = []
    for left, right, _ in sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])):
        one, two = root(left), root(right)
        if one != two:
            parent[one] = two
            tree.append((left, right))
    return tree


def _reach(start: int, links: Iterable[tuple[int, int]]) -> frozenset[int]:
    ways: Mapping[int, list[int]] = defaultdict(list)
    for left, right in links:
        ways[left].append(right)
        ways[right].append(left)
    seen, waiting = {start}, [start]
    while waiting:
        for number in ways[waiting.pop()]:
            if number not in seen:
                seen.add(number)
                waiting.append(number)
    return frozenset(seen)
