"""France by its official codes: communes, départements, regions and intercommunal bodies (EPCI).

The tables are packed in `vocabularies/geography/`; importing this module reads nothing. Communes are kept as lines and
opened one by one: about 12 MB once loaded, where 35,000 objects would take five times that.
"""

import gzip
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from schemas.text import fold

_FOLDER = files("schemas.vocabularies") / "geography"
_VINTAGE = "6.0.0"
# La Poste gives the CEDEX of La Réunion in these ranges too, which are no other département's.
_CEDEX_OF_LA_REUNION = {"977": "974", "978": "974"}
_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_NOISE = re.compile(r"\b(?:cedex|cdx)\b.*$")
_DISTRICT = re.compile(r"^(paris|lyon|marseille) (?:0?([1-9]|1[0-9]|20)(?: ?(?:er|e|eme|ieme|nd))?(?: arr\w*)?)$")


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in WGS 84 degrees, 0.02 degrees (about 2 km) wider than what it holds."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lat: float, lon: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lon <= self.east


@dataclass(frozen=True, slots=True)
class Department:
    """region: INSEE code of its region; a collectivity outside any region is its own. box: None where unknown."""

    code: str
    name: str
    region: str
    box: Box | None


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune, or one of the 45 municipal districts of Paris, Lyon and Marseille (which have no SIREN)."""

    insee: str
    name: str
    department: str
    region: str
    siren: str | None
    postcodes: tuple[str, ...]
    population: int | None
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class Epci:
    """kind: CC, CA, CU or METRO… seat: INSEE code of the commune that most likely houses it."""

    siren: str
    name: str
    kind: str
    seat: str | None


def regions() -> tuple[Region, ...]:
    return tuple(_regions().values())


def region(code: str) -> Region | None:
    return _regions().get(code)


def departments() -> tuple[Department, ...]:
    return tuple(_departments().values())


def department(code: str) -> Department | None:
    """A département by its code: "01", "2A", "974"."""
    return _departments().get(code)


def region_of(department_code: str) -> str | None:
    """The INSEE code of a département's region."""
    found = department(department_code)
    return found.region if found else None


def department_of_postcode(postcode: str) -> str | None:
    """The département of a postcode, by the communes it serves, else by its digits; None when neither tells.

    A few postcodes serve communes of two départements: the one with more communes is named.
    """
    codes = [found.department for found in communes_of_postcode(postcode)]
    if codes:
        return max(sorted(set(codes)), key=codes.count)
    if len(postcode) != 5 or not postcode.isdecimal():
        return None
    if postcode.startswith("20"):
        return "2A" if postcode < "20200" else "2B"
    code = postcode[:3] if postcode >= "97000" else postcode[:2]
    code = _CEDEX_OF_LA_REUNION.get(code, code)
    return code if department(code) else None


def department_of_insee(insee: str) -> str | None:
    """The département in a commune's INSEE code."""
    code = insee[:3] if insee.startswith(("97", "98")) else insee[:2]
    return code if department(code) else None


@lru_cache(maxsize=1 << 14)
def commune(insee: str) -> Commune | None:
    """A commune by its INSEE code; a delegated, associated or former one answers with the commune it now is part of."""
    lines = _commune_lines()
    line = lines.get(insee) or lines.get(_current_codes().get(insee, ""))
    return _commune(line) if line else None


@lru_cache(maxsize=1 << 14)
def communes_of_postcode(postcode: str) -> tuple[Commune, ...]:
    """The communes that a postcode serves, in order of INSEE code; none for a CEDEX code."""
    return tuple(_commune(line) for line in _lines_by_postcode().get(postcode, ()))


def communes_of_department(code: str) -> Iterator[Commune]:
    return (_commune(line) for line in _lines_by_department().get(code, ()))


@lru_cache(maxsize=1 << 14)
def find_commune(name: str, department: str | None = None, postcode: str | None = None) -> Commune | None:
    """The commune of that name, accents, "St" for "Saint", hyphens and CEDEX apart; former names count.

    A département or a postcode tells homonyms apart. None when no commune has the name, or several do.
    A district ("Paris 11e", "Lyon 3ème arrondissement") is found as such.
    """
    wanted = _reading(name)
    if postcode is not None:
        served = [found for found in communes_of_postcode(postcode) if _reading(found.name) == wanted]
        if len(served) == 1:
            return served[0]
        department = department or department_of_postcode(postcode)
    codes = _codes_by_name(department).get(wanted, ())
    return commune(codes[0]) if len(codes) == 1 else None


def epci(siren: str) -> Epci | None:
    return _epcis().get(siren)


@lru_cache(maxsize=1 << 14)
def _reading(name: str) -> str:
    """A commune's name reduced to what two spellings of it share."""
    folded = _NOISE.sub("", fold(name)).strip()
    if district := _DISTRICT.match(folded):
        return f"{district[1]} {district[2]}"
    return " ".join(_ABBREVIATIONS.get(word, word) for word in folded.split())


def _commune(line: str) -> Commune:
    insee, name, code, siren, postcodes, population, lat, lon = line.split("\t")
    return Commune(
        insee=insee,
        name=name,
        department=code,
        region=region_of(code) or code,
        siren=siren or None,
        postcodes=tuple(postcodes.split()),
        population=int(population) if population else None,
        lat=float(lat) if lat else None,
        lon=float(lon) if lon else None,
    )


@cache
def _regions() -> dict[str, Region]:
    return {code: Region(code, name) for code, name in _rows("regions")}


@cache
def _departments() -> dict[str, Department]:
    return {
        code: Department(code, name, region_code, Box(*map(float, box)) if all(box) else None)
        for code, name, region_code, *box in _rows("departments")
    }


@cache
def _epcis() -> dict[str, Epci]:
    return {siren: Epci(siren, name, kind, seat or None) for siren, name, kind, seat in _rows("epci")}


@cache
def _commune_lines() -> dict[str, str]:
    return {line[:5]: line for line in _lines("communes")}


@cache
def _former() -> tuple[tuple[str, str, str], ...]:
    return tuple((insee, name, current) for insee, name, current in _rows("former-communes"))


@cache
def _current_codes() -> dict[str, str]:
    return {insee: current for insee, _, current in _former()}


@cache
def _lines_by_postcode() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in _commune_lines().values():
        for postcode in line.split("\t", 5)[4].split():
            found.setdefault(postcode, []).append(line)
    return found


@cache
def _lines_by_department() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in _commune_lines().values():
        found.setdefault(line.split("\t", 3)[2], []).append(line)
    return found


@cache
def _codes_by_name(department_code: str | None) -> dict[str, tuple[str, ...]]:
    """Folded name -> codes of the current communes that bear it, or once bore it when none does now."""
    lines: Iterable[str] = (
        _commune_lines().values() if department_code is None else _lines_by_department().get(department_code, ())
    )
    current = _grouped((name, insee) for insee, name, _ in (line.split("\t", 2) for line in lines))
    former = _grouped(
        (name, now)
        for insee, name, now in _former()
        if department_code is None or department_of_insee(insee) == department_code
    )
    return former | current


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name, insee in pairs:
        found.setdefault(_reading(name), {})[insee] = None
    return {name: tuple(codes) for name, codes in found.items()}


def _rows(table: str) -> Iterator[list[str]]:
    return (line.split("\t") for line in _lines(table))


def _lines(table: str) -> list[str]:
    """The lines of a packed table without its heading."""
    packed = (_FOLDER / f"{table}-{_VINTAGE}.tsv.gz").read_bytes()
    return gzip.decompress(packed).decode("utf-8").splitlines()[1:]
