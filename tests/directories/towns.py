"""Real communes to put bodies in."""

from bisect import bisect
from functools import cache
from itertools import accumulate
from random import Random

from schemas.geography import Commune, communes_of_department, departments

_LEAST = 800  # inhabitants


def town(chance: Random, least: int = _LEAST) -> Commune:
    """A commune drawn by the square root of its population: bodies are in towns, and villages have some too."""
    towns, weights = _weighted(least)
    return towns[bisect(weights, chance.random() * weights[-1])]


def neighbours(of: Commune) -> list[Commune]:
    """The communes of its département, itself included."""
    return _by_department()[of.department]


def homonymous_towns(chance: Random) -> list[Commune]:
    """Two communes of one name in two départements."""
    return chance.sample(chance.choice(_homonyms()), 2)


@cache
def _weighted(least: int) -> tuple[list[Commune], list[float]]:
    towns = [
        each
        for area in departments()
        for each in communes_of_department(area.code)
        if (each.population or 0) >= least and each.lat
    ]
    return towns, list(accumulate(float(each.population or 0) ** 0.5 for each in towns))


@cache
def _by_department() -> dict[str, list[Commune]]:
    found: dict[str, list[Commune]] = {}
    for each in _weighted(_LEAST)[0]:
        found.setdefault(each.department, []).append(each)
    return found


@cache
def _homonyms() -> list[list[Commune]]:
    by_name: dict[str, dict[str, Commune]] = {}
    for each in _weighted(_LEAST)[0]:
        by_name.setdefault(each.name, {})[each.department] = each
    return [list(found.values()) for found in by_name.values() if len(found) > 1]
