"""What the index holds of a public line: its fields, and the document a line becomes.

Text fields come in two kinds (see `hub.search.analysis`): `words` as typed, `french` stemmed. Fields for filters and
counts hold codes as they are. `row` numbers the lines of a collection.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import chain

import orjson
from tantivy import Schema, SchemaBuilder

from hub.model.territory import departments, regions
from hub.search import grid
from hub.search.analysis import EXACT, STEMMED, initials, roots, words
from schemas import geography
from schemas.canonical import JSON
from schemas.vocabularies import vocabulary

# Each is a filter of `Query` and a count of `Hits`, under this name.
FACETS = ("types", "regions", "departments", "sectors", "countries", "sdgs", "networks", "stages", "kinds")

# What the words of a question are looked for in: field -> weight of a match there.
WEIGHTS = {
    "acronym": 8.0,
    "name": 6.0,
    "name_stems": 5.0,
    "aliases": 3.0,
    "place": 3.0,
    "topics": 2.0,
    "text": 1.0,
}
_EXACT_FIELDS = ("acronym", "name", "aliases", "place")
STEMMED_FIELDS = ("name_stems", "topics", "text")
_CELLS = tuple(f"cell_{zoom}" for zoom in grid.ZOOMS)
_SEPARATORS = re.compile(r"[\W_]+")


def schema() -> Schema:
    build = SchemaBuilder()
    build.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    build.add_text_field("label", stored=True, tokenizer_name="raw", index_option="basic")
    build.add_text_field("town", stored=True, tokenizer_name="raw", index_option="basic")
    build.add_text_field("order", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    build.add_text_field("identifiers", tokenizer_name="raw", index_option="basic")
    build.add_text_field("every_word", tokenizer_name=EXACT, index_option="basic")
    for name in _EXACT_FIELDS:
        build.add_text_field(name, tokenizer_name=EXACT)
    for name in STEMMED_FIELDS:
        build.add_text_field(name, tokenizer_name=STEMMED)
    for name in FACETS:
        build.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    build.add_unsigned_field("row", indexed=True, fast=True)
    build.add_float_field("lat", indexed=True, fast=True)
    build.add_float_field("lon", indexed=True, fast=True)
    for cell in _CELLS:
        build.add_unsigned_field(cell, fast=True)
    return build.build()


def document(line: JSON, row: int) -> str:
    """The document of one public line of any collection, as JSON: the index takes it whole and not by its parts."""
    name, places, codes = line.get("name") or line["title"], _places(line), _codes(line)
    spelt = _spelt(line, name, places)
    topics = [_topic(facet, code) for facet in _LABELS for code in codes[facet]]
    made: JSON = {
        "id": line["id"],
        "label": name,
        "order": " ".join(spelt["name"]),
        "town": next((place["city"] for place in places if place.get("city")), ""),
        "row": row,
        "identifiers": list(_identifiers(line)),
        **codes,
        **{field: " ".join(found) for field, found in spelt.items() if found},
        "name_stems": " ".join(roots(spelt["name"])),
        "topics": " ".join([each.stems for each in topics]),
        "text": " ".join(roots(spelt["text"])),
        "every_word": " ".join(dict.fromkeys(chain(*spelt.values(), *(each.words for each in topics)))),
        **_on_map(places),
    }
    return orjson.dumps(made).decode()


def compact(text: str) -> str:
    """An identifier or address without its separators: how both sides of a comparison are spelt."""
    if text.isalnum():
        return text.lower()
    bare = text.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("www.")
    return _SEPARATORS.sub("", bare)


def position(line: JSON) -> tuple[float, float] | None:
    """Latitude and longitude of an actor's seat, of a project's first located place, of an announcement's place."""
    return _position(_places(line))


def _position(places: Iterable[JSON]) -> tuple[float, float] | None:
    for place in places:
        if place.get("lat") is not None and place.get("lon") is not None:
            return place["lat"], place["lon"]
    return None


def _codes(line: JSON) -> dict[str, Sequence[str]]:
    """facet -> the codes of a line, each once."""
    type_ = line.get("type")
    return {
        "types": _lineage(type_) if type_ else (),
        "regions": regions(line),
        "departments": departments(line),
        "sectors": _each_once(line, "sectors"),
        "countries": _each_once(line, "countries"),
        "sdgs": _each_once(line, "sdgs"),
        "networks": _each_once(line, "networks"),
        "stages": (line["stage"],) if line.get("stage") else (),
        "kinds": (line["kind"],) if line.get("kind") else (),
    }


@cache
def _lineage(type_: str) -> tuple[str, ...]:
    return (type_, *vocabulary("actor-types").ancestors(type_))


def _each_once(line: JSON, facet: str) -> Sequence[str]:
    found = line.get(facet)
    return list(dict.fromkeys([each["code"] if isinstance(each, dict) else each for each in found])) if found else ()


def _identifiers(line: JSON) -> Iterator[str]:
    yield compact(line["id"])
    # A commune's INSEE code looks like the postcode of another one, and postcodes are what people type.
    for identifier in (each for each in line.get("identifiers", ()) if each["scheme"] != "insee"):
        yield compact(identifier["value"])
        yield compact(identifier["value"].rpartition("/")[2])
        if identifier["scheme"] == "siret":
            yield compact(identifier["value"])[:9]
    if line.get("website"):
        yield compact(line["website"])


def _spelt(line: JSON, name: str, places: Sequence[JSON]) -> dict[str, Sequence[str]]:
    """field -> the folded words that its own words give."""
    acronym = line.get("acronym")
    others = [initials(name), *line.get("other_names", ()), *line.get("former_names", ())]
    told = " ".join([line.get("description") or line.get("summary") or "", *_neighbours(line)])
    return {
        "acronym": words(acronym) if acronym else (),
        "name": words(name),
        "aliases": words(" ".join(others)),
        "place": [word for place in places for word in _located(*map(place.get, ("city", "name", "postcode")))],
        "text": words(told) if told else (),
    }


@lru_cache(maxsize=1 << 14)  # towns come again and again
def _located(city: str | None, name: str | None, postcode: str | None) -> tuple[str, ...]:
    return tuple(words(" ".join([text for text in (city, name, postcode) if text])))


@dataclass(frozen=True, slots=True)
class Topic:
    """What is indexed for a code. words: folded. stems: the same, as a stemmed field takes them."""

    words: tuple[str, ...]
    stems: str


@cache
def _topic(facet: str, code: str) -> Topic:
    """The words that stand for a code: the labels and aliases of its term, the name of its territory."""
    found = words(" ".join(_LABELS[facet](code)))
    return Topic(tuple(found), " ".join(roots(found)))


def _term(name: str, code: str) -> Iterator[str]:
    term = vocabulary(name).get(code)
    if term:
        yield from (term.label_fr, term.label_en, *term.aliases)


def _region(code: str) -> Iterator[str]:
    found = geography.region(code)
    if found:
        yield found.name


def _department(code: str) -> Iterator[str]:
    found = geography.department(code)
    if found:
        yield found.name


_LABELS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "types": partial(_term, "actor-types"),
    "sectors": partial(_term, "sectors"),
    "countries": partial(_term, "countries"),
    "sdgs": partial(_term, "sdgs"),
    "regions": _region,
    "departments": _department,
}


def _neighbours(line: JSON) -> Iterator[str]:
    """Names by which a record may also be looked for: an actor's projects, a project's partners."""
    yield from (project["title"] for project in line.get("projects", ()) if project.get("title"))
    partners = [line.get("lead") or {}, *line.get("partners", ()), *line.get("funders", ())]
    yield from (partner["name"] for partner in partners if partner.get("name"))


def _places(line: JSON) -> list[JSON]:
    return [place for place in (line.get("seat"), line.get("place"), *line.get("places", ())) if place]


def _on_map(places: Iterable[JSON]) -> JSON:
    """Where a record is, and in which cells."""
    found = _position(places)
    if found is None:
        return {}
    lat, lon = found
    return {"lat": float(lat), "lon": float(lon), **dict(zip(_CELLS, grid.cells(lat, lon), strict=True))}
