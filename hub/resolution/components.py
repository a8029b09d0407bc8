"""Components: records that some chain of likely pairs ties together. A cluster never reaches beyond one."""

from collections.abc import Iterator

import numpy as np

from hub.resolution.block import Couples, distinct
from hub.resolution.columns import Ints

MOST_IN_GROUP = 60


def ends(couples: Couples) -> tuple[Ints, Ints]:
    """The left and the right record of each couple."""
    return couples >> 32, couples & 0xFFFFFFFF


def couples_of(left: Ints, right: Ints) -> Couples:
    """Couples, the smaller record on the left, each once and in order."""
    small, large = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    return distinct(small << 32 | large)


def labels(size: int, couples: Couples) -> Ints:
    """For each of `size` records, the smallest record that couples tie it to.

    Source: hooking and pointer jumping, Shiloach & Vishkin, J. Algorithms, 1982.
    """
    found = np.arange(size)
    left, right = ends(couples)
    while True:
        lowest = found.copy()
        np.minimum.at(lowest, found[left], found[right])
        np.minimum.at(lowest, found[right], found[left])
        while not np.array_equal(lowest, jumped := lowest[lowest]):
            lowest = jumped
        if np.array_equal(lowest, found):
            return found
        found = lowest


def members(label: Ints, wanted: Ints) -> Iterator[Ints]:
    """The records of each wanted component, ascending; `wanted` are labels, ascending."""
    is_wanted = np.zeros(len(label), dtype=bool)
    is_wanted[wanted] = True
    inside = np.flatnonzero(is_wanted[label])
    order = inside[np.argsort(label[inside], kind="stable")]
    starts = np.searchsorted(label[order], wanted)
    yield from np.split(order, starts[1:])


def every_couple(groups: list[Ints]) -> Couples:
    """Every couple inside each group of at most MOST_IN_GROUP records.

    A group tied by pairs that look alike may hold the evidence that the chain is wrong in pairs that nothing proposed.
    Larger groups are left as they are.
    """
    by_size: dict[int, list[Ints]] = {}
    for group in groups:
        if len(group) <= MOST_IN_GROUP:
            by_size.setdefault(len(group), []).append(group)
    found = [np.zeros(0, np.int64)]
    for size, alike in by_size.items():
        one, two = np.triu_indices(size, k=1)
        together = np.array(alike)
        found.append(couples_of(together[:, one].ravel(), together[:, two].ravel()))
    return np.sort(np.concatenate(found))
