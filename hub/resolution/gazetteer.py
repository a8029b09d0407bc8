"""Gazetteer: the communes of France by name, code and postcode, as resolution asks for them: quickly from the first.

`gazetteer.tsv.gz` is derived from `schemas.geography` by `python -m tests.hub.resolution.gazetteer`: one line a commune
(code, folded name, département, inhabitants, postcodes), and one a former commune (code, folded name, present code).
"""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz.distance import OSA

from schemas.text import fold

Words = tuple[str, ...]

_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_CEDEX = re.compile(r" (?:cedex|cdx)\b.*$")
_DISTRICT = re.compile(r"^(paris|lyon|marseille) 0?([1-9]|1[0-9]|20)(?:er|e|eme|nd)?(?: arr\w*)?$")
_CEDEX_OF_LA_REUNION = {"977": "974", "978": "974"}
_LETTERS_A_SLIP = 10  # one slip of the pen in a name, and one more for so many letters
_LONGEST = 7
ARTICLES = ("le", "la", "les", "l")


@dataclass(frozen=True, slots=True)
class Town:
    insee: str
    department: str
    population: int


@lru_cache(maxsize=1 << 13)
def words_of(city: str) -> Words:
    """Folded words, "St" written out, without CEDEX."""
    folded = _CEDEX.sub("", fold(city))
    if district := _DISTRICT.match(folded):
        number = district[2]
        folded = f"{district[1]} {number}{'er' if number == '1' else 'e'} arrondissement"
    return tuple(_ABBREVIATIONS.get(word, word) for word in folded.split())


@lru_cache(maxsize=1 << 13)
def seat(insee: str, city: str, postcode: str) -> Town | None:
    """The commune of a seat by its code, else by its name and postcode, a slip of the pen allowed where both agree."""
    if insee and (found := by_code(insee)):
        return found
    name = " ".join(words_of(city))
    if not name:
        return None
    known = [town for town in named(name) if not postcode or town.insee in _codes_of_postcode(postcode)]
    if len(known) != 1 and postcode:
        known = [town for town in named(name) if town.department == department_of_postcode(postcode)]
    if not known and (now := _former_names().get(name, ())):
        department = department_of_postcode(postcode)
        towns = [town for code in now if (town := by_code(code))]
        known = [town for town in towns if not postcode or town.department == department]
    return known[0] if len(known) == 1 else _misspelt(name, postcode)


def named(name: str) -> tuple[Town, ...]:
    """The communes of a folded name, the most populous first."""
    return _towns(name) if name in _tables().by_name else ()


@cache
def without_article() -> Mapping[str, tuple[str, ...]]:
    """What follows the article of a commune's name -> the names it is in."""
    found: dict[str, tuple[str, ...]] = {}
    for name in _tables().by_name:
        first, _, rest = name.partition(" ")
        if rest and first in ARTICLES:
            found[rest] = (*found.get(rest, ()), name)
    return found


@lru_cache(maxsize=1 << 12)
def _towns(name: str) -> tuple[Town, ...]:
    return tuple(map(_town, _tables().by_name[name]))


@lru_cache(maxsize=1 << 13)
def by_code(insee: str) -> Town | None:
    """A commune by its INSEE code; a former one answers with the commune it now is part of."""
    line = _tables().by_code.get(insee) or _tables().by_code.get(_tables().former.get(insee, ""))
    return _town(line) if line else None


@lru_cache(maxsize=1 << 14)
def department_of_postcode(postcode: str) -> str:
    """The département of a postcode, by the communes it serves, else by its digits; "" when neither tells."""
    codes = [town.department for code in _codes_of_postcode(postcode) if (town := by_code(code))]
    if codes:
        return max(sorted(set(codes)), key=codes.count)
    if len(postcode) != 5 or not postcode.isdecimal():
        return ""
    if postcode.startswith("20"):
        return "2A" if postcode < "20200" else "2B"
    code = postcode[:3] if postcode >= "97000" else postcode[:2]
    code = _CEDEX_OF_LA_REUNION.get(code, code)
    return code if code in _tables().departments else ""


@cache
def first_words() -> Mapping[str, int]:
    """First word of a commune's name -> how many words the longest name that begins with it has."""
    longest: dict[str, int] = {}
    for name in _tables().by_name:
        first, _, rest = name.partition(" ")
        longest[first] = min(_LONGEST, max(longest.get(first, 0), rest.count(" ") + 2 if rest else 1))
    return longest


@dataclass(frozen=True, slots=True)
class _Tables:
    by_name: dict[str, list[str]]
    by_code: dict[str, str]
    former: dict[str, str]
    former_names: dict[str, dict[str, None]]
    departments: frozenset[str]


@cache
def _tables() -> _Tables:
    by_name: dict[str, list[str]] = {}
    by_code: dict[str, str] = {}
    former: dict[str, str] = {}
    former_names: dict[str, dict[str, None]] = {}
    departments: set[str] = set()
    packed = files("hub.resolution").joinpath("gazetteer.tsv.gz").read_bytes()
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        cells = line.split("\t", 3)
        if len(cells) == 3:
            former[cells[0]] = cells[2]
            former_names.setdefault(cells[1], {})[cells[2]] = None
            continue
        by_name.setdefault(cells[1], []).append(line)
        by_code[cells[0]] = line
        departments.add(cells[2])
    return _Tables(by_name, by_code, former, former_names, frozenset(departments))


@cache
def _former_names() -> Mapping[str, tuple[str, ...]]:
    """Folded name of a former commune -> codes of the communes it is part of now."""
    return {name: tuple(codes) for name, codes in _tables().former_names.items()}


@cache
def _postcodes() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, line in _tables().by_code.items():
        for postcode in line.rpartition("\t")[2].split():
            found.setdefault(postcode, []).append(code)
    return found


def _codes_of_postcode(postcode: str) -> list[str]:
    return _postcodes().get(postcode, [])


def _town(line: str) -> Town:
    insee, _, department, population, _ = line.split("\t")
    return Town(insee, department, int(population))


def _misspelt(name: str, postcode: str) -> Town | None:
    """The one commune of a postcode whose name is a slip of the pen away."""
    most = 1 + len(name) // _LETTERS_A_SLIP
    lines = [_tables().by_code[code] for code in _codes_of_postcode(postcode)]
    near = [line for line in lines if OSA.distance(line.split("\t", 2)[1], name, score_cutoff=most) <= most]
    return _town(near[0]) if len(near) == 1 else None
