"""Places named inside a name: "Secours populaire de Bolbec", "Comité de jumelage Guérande / Castro-Marim", "CD35".

A place is found as a run of words; communes that share a name are told apart by the département of the seat, else the
most populous is meant. A commune whose name is an ordinary word counts only in its own département or after "de".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from hub.resolution.lexicon import Words, lexicon
from schemas import geography
from schemas.text import fold

_LONGEST = 7
_TOWN = 2_000  # inhabitants: under this a commune is only believed in its own département
_CITY = 20_000  # inhabitants: over this a commune is believed without a preposition before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What a name says of places. Codes of INSEE, "" when it says nothing; `rest` are the other words."""

    commune: str = ""
    department: str = ""
    region: str = ""
    rest: Words = ()


@dataclass(frozen=True, slots=True)
class _Commune:
    insee: str
    department: str
    population: int


def read_places(words: Words, *, department: str, seat: Words = (), is_branching: bool = False) -> Places:
    """Take the places out of a name's words.

    department:   of the record's seat, "" when unknown.
    seat:         folded words of the seat's commune.
    is_branching: the name is one that local bodies share ("Croix-Rouge Lure"): a small town is believed at once.
    """
    found: dict[str, str] = {}
    rest: list[str] = []
    at = 0
    while at < len(words):
        level, code, length = _longest_place(words, at, department, seat, _TOWN if is_branching else _CITY)
        if length and found.setdefault(level, code) == code:
            at += length
            continue
        rest.append(words[at])
        at += 1
    return Places(
        commune=found.get("commune", ""),
        department=found.get("department", ""),
        region=found.get("region", ""),
        rest=tuple(rest),
    )


def _longest_place(words: Words, at: int, department: str, seat: Words, floor: int) -> tuple[str, str, int]:
    known = _by_first_word().get(words[at], 0)
    for length in range(min(known, len(words) - at), 0, -1):
        run = words[at : at + length]
        if code := _departments().get(run):
            return "department", code, length
        if code := lexicon().regions.get(run):
            return "region", code, length
        if insee := _commune(run, department, seat, _TOWN if at and words[at - 1] in lexicon().prepositions else floor):
            return "commune", insee, length
    if at and at == len(words) - 1 and words[at] in _numbers():
        return "department", words[at], 1
    return "", "", 0


def _commune(run: Words, department: str, seat: Words, floor: int) -> str:
    homonyms = _communes().get(run, ())
    here = next((commune for commune in homonyms if commune.department == department), None)
    name = " ".join(run)
    is_ordinary = len(name) < 3 or name in lexicon().place_stop_words
    if here is not None and (run == seat or not is_ordinary):
        return here.insee
    if not homonyms or is_ordinary:
        return ""
    largest = homonyms[0]
    return largest.insee if largest.population >= (_TOWN if len(run) > 1 else floor) else ""


@cache
def _communes() -> Mapping[Words, tuple[_Commune, ...]]:
    """Folded words -> the communes of that name, the most populous first; with and without their article."""
    by_name: dict[Words, list[_Commune]] = {}
    for each in (town for area in geography.departments() for town in geography.communes_of_department(area.code)):
        commune = _Commune(each.insee, each.department, each.population or 0)
        words = tuple(fold(each.name).split())
        by_name.setdefault(words, []).append(commune)
        if words[0] in ("le", "la", "les", "l") and len(words) > 1:
            by_name.setdefault(words[1:], []).append(commune)
    return {
        words: tuple(sorted(found, key=lambda each: (-each.population, each.insee))) for words, found in by_name.items()
    }


@cache
def _departments() -> Mapping[Words, str]:
    return {tuple(fold(each.name).split()): each.code for each in geography.departments()}


@cache
def _numbers() -> frozenset[str]:
    """Département numbers, which names carry as "Réseau Afrique 37"."""
    return frozenset(each.code.lower() for each in geography.departments())


@cache
def _by_first_word() -> Mapping[str, int]:
    """First word -> how many words the longest place that begins with it has."""
    longest: dict[str, int] = {}
    for words in (*_communes(), *_departments(), *lexicon().regions):
        longest[words[0]] = min(_LONGEST, max(longest.get(words[0], 0), len(words)))
    return longest
