"""Complete: the pairs that blocking left out inside a group of lookalikes.

Where pairs with positive log-odds tie records together, every other pair of that group is worth comparing too: it may
hold the evidence that the chain is wrong. Groups of more than MOST_IN_GROUP records are left as they are.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from hub.resolution.cluster import Scored

MOST_IN_GROUP = 60


def missing_pairs(size: int, scored: Iterable[Scored]) -> pa.Table:
    """Columns `left` < `right`, in order: the pairs of each connected group that `scored` does not hold."""
    known = set()
    home = list(range(size))
    for left, right, log_odds in scored:
        known.add((left, right))
        if log_odds > 0:
            one, two = _root(home, left), _root(home, right)
            home[max(one, two)] = min(one, two)
    groups: dict[int, list[int]] = {}
    for number in range(size):
        groups.setdefault(_root(home, number), []).append(number)
    found = [
        (left, right)
        for group in groups.values()
        if 2 < len(group) <= MOST_IN_GROUP
        for at, left in enumerate(group)
        for right in group[at + 1 :]
        if (left, right) not in known
    ]
    pairs = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    return pa.table({"left": pairs[:, 0], "right": pairs[:, 1]})


def _root(home: list[int], number: int) -> int:
    while home[number] != number:
        home[number] = home[home[number]]
        number = home[number]
    return number
