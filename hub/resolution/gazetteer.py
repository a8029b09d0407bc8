"""Gazetteer: the communes of France by name, code and postcode, as resolution asks for them: quickly from the first.

`gazetteer.tsv.gz` is derived from `schemas.geography` by `python -m tests.hub.resolution.gazetteer`. An empty line ends
each of its tables, whose lines are in order of what stands before the first tab. A table stays one text, of which only
one line a thousand bytes is taken out: halving these finds where a key must stand.

    towns         code, folded name, département, inhabitants
    names         folded name, codes of the communes that bear it, the most populous first
    former codes  code, present code
    former names  folded name, present codes
    postcodes     postcode, codes of the communes it serves
    first words   word, how many words the longest name of a commune has that begins with it
"""

import gzip
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz.distance import OSA

from schemas import geography
from schemas.text import fold

Words = tuple[str, ...]

_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_CEDEX = re.compile(r" (?:cedex|cdx)\b.*$")
_DISTRICT = re.compile(r"^(paris|lyon|marseille) 0?([1-9]|1[0-9]|20)(?:er|e|eme|nd)?(?: arr\w*)?$")
_SHORT_DISTRICT = re.compile(r"^(?:paris|lyon|marseille) (?:1er|\d{1,2}e)$")
_DISTRICTS = {str(code): "75056" for code in range(75101, 75121)}
_DISTRICTS |= {str(code): "69123" for code in range(69381, 69390)}
_DISTRICTS |= {str(code): "13055" for code in range(13201, 13217)}
_CITIES = frozenset(_DISTRICTS.values())
_CEDEX_OF_LA_REUNION = {"977": "974", "978": "974"}
_APART = 1 << 10  # bytes of a table between two lines that are looked at first
_LAST = b"\xff"  # after all that UTF-8 can say
_LETTERS_A_SLIP = 10  # one slip of the pen in a name, and one more for so many letters
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


def seat(insee: str, city: str, postcode: str) -> Town | None:
    """The commune of a seat by its code, else by its name and postcode, a slip of the pen allowed where both agree.

    The city, where a district of Paris, Lyon or Marseille is said: directories say now one, now the other.
    """
    found = _seat(insee, city, postcode)
    return by_code(city_of(found.insee)) if found else None


def city_of(insee: str) -> str:
    """The code of the city of a district of Paris, Lyon or Marseille; any other code as it is."""
    return _DISTRICTS.get(insee, insee)


def district(insee: str, city: str, postcode: str) -> str:
    """The code of the district of Paris, Lyon or Marseille in which a seat is, "" when it is in none or says none."""
    found = _seat(insee, city, postcode)
    if not found or city_of(found.insee) == found.insee:
        codes = _codes_of_postcode(postcode) if found and found.insee in _CITIES else []
        return next((code for code in codes if _DISTRICTS.get(code)), "")
    return found.insee


def in_department(city: str, code: str) -> Town | None:
    """The commune of that name in a département; None when it has none, or no département is said."""
    return next((town for town in named(" ".join(words_of(city))) if town.department == code), None) if code else None


def is_district(city: str) -> bool:
    """Whether a city is a district: "Paris - 15"."""
    return words_of(city)[-1:] == ("arrondissement",)


def homonyms(city: str) -> tuple[str, int]:
    """The folded name of a city that several communes have, and the inhabitants of all of them; ("", 0) otherwise."""
    name = " ".join(words_of(city))
    towns = named(name)
    return (name, sum(town.population for town in towns)) if len(towns) > 1 else ("", 0)


@lru_cache(maxsize=1 << 13)
def _seat(insee: str, city: str, postcode: str) -> Town | None:
    if insee and (found := by_code(insee)):
        return found
    name = " ".join(words_of(city))
    if not name:
        return None
    known = [town for town in named(name) if not postcode or town.insee in _codes_of_postcode(postcode)]
    if len(known) != 1 and postcode:
        known = [town for town in named(name) if town.department == department_of_postcode(postcode)]
    if not known and (now := _codes(_tables().former_names, name)):
        department = department_of_postcode(postcode)
        towns = [town for code in now if (town := by_code(code))]
        known = [town for town in towns if not postcode or town.department == department]
    return known[0] if len(known) == 1 else _misspelt(name, postcode)


@lru_cache(maxsize=1 << 13)
def named(name: str) -> tuple[Town, ...]:
    """The communes of a folded name, the most populous first; "paris 15e" is a district's."""
    if _SHORT_DISTRICT.match(name):
        name += " arrondissement"
    return tuple(town for code in _codes(_tables().names, name) if (town := by_code(code)))


@cache
def without_article() -> Mapping[str, tuple[str, ...]]:
    """What follows the article of a commune's name -> the names it is in."""
    found = dict[str, tuple[str, ...]]()
    for article in sorted(ARTICLES):
        for name, *_ in _tables().names.beginning_with(f"{article} "):
            rest = name.removeprefix(f"{article} ")
            found[rest] = (*found.get(rest, ()), name)
    return found


@lru_cache(maxsize=1 << 13)
def by_code(insee: str) -> Town | None:
    """A commune by its INSEE code; a former one answers with the commune it now is part of."""
    tables = _tables()
    cells = tables.towns.cells(insee)
    for now in [] if cells else _codes(tables.former_codes, insee):
        cells = tables.towns.cells(now)
    return Town(insee=cells[0], department=cells[2], population=int(cells[3])) if cells else None


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
    return code if code in _departments() else ""


def department_of_served(postcode: str) -> str:
    """The département of a postcode that serves communes, "" for any other number."""
    return department_of_postcode(postcode) if _codes_of_postcode(postcode) else ""


def department(code: str) -> str:
    """A département's code as it is, "" for any other number."""
    return code if code in _departments() else ""


def first_words() -> dict[str, int]:
    """First word of a commune's name -> how many words the longest name that begins with it has."""
    cells = _tables().first_words.text.split()
    return dict(zip(cells[::2], map(int, cells[1::2]), strict=True))


class _Table:
    """Lines of cells in a text, in order of their first cells.

    start, end: where the ends of the line before the first one and of the last one stand.
    """

    def __init__(self, text: bytes, start: int, end: int) -> None:
        self._text = text
        ends = {text.find(b"\n", at) for at in range(start, end, _APART)} | {end}
        self._starts = sorted(ends)
        self._firsts = [text[at + 1 : text.find(b"\n", at + 1)] for at in self._starts[:-1]]

    @property
    def text(self) -> str:
        """All its lines."""
        return self._text[self._starts[0] : self._starts[-1]].decode()

    def cells(self, key: str) -> list[str]:
        """The cells of the line that begins with a key, [] when there is none."""
        wanted = f"\n{key}\t".encode()
        at = max(bisect_right(self._firsts, wanted[1:] + _LAST) - 1, 0)
        start = self._text.find(wanted, self._starts[at], self._starts[at + 1] + 1)
        return self._text[start + 1 : self._text.find(b"\n", start + 1)].decode().split("\t") if start >= 0 else []

    def beginning_with(self, text: str) -> Iterator[list[str]]:
        """The cells of each line that begins with a text."""
        wanted = text.encode()
        first = max(bisect_left(self._firsts, wanted) - 1, 0)
        after = bisect_right(self._firsts, wanted + _LAST)
        for line in self._text[self._starts[first] + 1 : self._starts[after]].split(b"\n"):
            if line.startswith(wanted):
                yield line.decode().split("\t")


@dataclass(frozen=True, slots=True)
class _Tables:
    towns: _Table
    names: _Table
    former_codes: _Table
    former_names: _Table
    postcodes: _Table
    first_words: _Table


@cache
def _tables() -> _Tables:
    packed = files("hub.resolution").joinpath("gazetteer.tsv.gz").read_bytes()
    text = b"\n" + gzip.decompress(packed)
    starts = [0, *(found.start() + 1 for found in re.finditer(b"\n\n", text))]
    ends = [*(start - 1 for start in starts[1:]), len(text) - 1]
    return _Tables(*(_Table(text, start, end) for start, end in zip(starts, ends, strict=True)))


def _codes(table: _Table, key: str) -> list[str]:
    """The codes that a table gives for a key."""
    cells = table.cells(key)
    return cells[1].split(" ") if cells else []


@lru_cache(maxsize=1 << 12)
def _codes_of_postcode(postcode: str) -> list[str]:
    return _codes(_tables().postcodes, postcode)


@cache
def _departments() -> frozenset[str]:
    return frozenset(each.code for each in geography.departments())


def _misspelt(name: str, postcode: str) -> Town | None:
    """The one commune of a postcode whose name is a slip of the pen away."""
    most = 1 + len(name) // _LETTERS_A_SLIP
    towns = [_tables().towns.cells(code) for code in _codes_of_postcode(postcode)]
    near = [code for code, known, *_ in towns if OSA.distance(known, name, score_cutoff=most) <= most]
    return by_code(near[0]) if len(near) == 1 else None


AT_HAND = (words_of, _seat, named, without_article, by_code, department_of_postcode, _codes_of_postcode, _tables)
"""What is kept of answers, and the tables, which are as quickly read again."""
