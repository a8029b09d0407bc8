"""What is offered while a visitor types: places, countries and sectors that the release really has, then names."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import orjson
from tantivy import Occur, Schema
from tantivy import Query as Condition

from hub.model.territory import territory
from hub.search.analysis import words
from hub.search.query import Suggestion
from schemas import geography
from schemas.canonical import JSON
from schemas.vocabularies import vocabulary

_FILE = "suggestions.json"
_NAME_FIELDS = {"acronym": 8.0, "name": 2.0, "aliases": 1.0}
_LONGEST_SCAN = 2_000


class Gazetteer:
    """Places, countries and sectors by any word of their label that begins as typed."""

    def __init__(self, entries: Sequence[Suggestion]) -> None:
        self._entries = entries
        starts = [
            (" ".join(spelt[first:]), place)
            for place, entry in enumerate(entries)
            for spelt in [words(entry.label)]
            for first in range(len(spelt))
        ]
        self._starts = sorted(starts)

    @classmethod
    def build(cls, home: Path, lines: Iterable[JSON]) -> None:
        """Count what the lines name, and write it beside their index."""
        counts: Counter[tuple[str, str]] = Counter()
        for line in lines:
            counts.update(set(_named(line)))
        entries = [entry for (kind, code), count in sorted(counts.items()) if (entry := _entry(kind, code, count))]
        (home / _FILE).write_bytes(orjson.dumps([asdict(entry) for entry in entries]))

    @classmethod
    def load(cls, home: Path) -> "Gazetteer":
        return cls([Suggestion(**entry) for entry in orjson.loads((home / _FILE).read_bytes())])

    def beginning(self, prefix: str, limit: int) -> list[Suggestion]:
        """The most frequent entries with a word that begins so; an entry whose label begins so goes first."""
        typed = " ".join(words(prefix))
        found: dict[int, bool] = {}
        for start, place in self._starts[bisect_left(self._starts, (typed, -1)) :][:_LONGEST_SCAN]:
            if not start.startswith(typed):
                break
            label = " ".join(words(self._entries[place].label))
            found[place] = found.get(place, False) or label.startswith(typed)
        best = sorted(found, key=lambda place: (not found[place], -(self._entries[place].count or 0), place))
        return [self._entries[place] for place in best[:limit]]


def names_beginning(schema: Schema, typed: Sequence[str]) -> Condition:
    """Names that hold every word typed, the last one as the beginning of a word."""
    *whole, last = typed
    required = [_any_field(schema, word, prefix=False) for word in whole] + [_any_field(schema, last, prefix=True)]
    return Condition.boolean_query([(Occur.Must, each) for each in required])


def _any_field(schema: Schema, word: str, *, prefix: bool) -> Condition:
    exact = [(Condition.term_query(schema, field, word), weight) for field, weight in _NAME_FIELDS.items()]
    begun = [
        (Condition.fuzzy_term_query(schema, field, word, 0, prefix=True), weight / 2)
        for field, weight in _NAME_FIELDS.items()
        if prefix
    ]
    return Condition.disjunction_max_query([Condition.boost_query(query, weight) for query, weight in exact + begun])


def _named(line: JSON) -> Iterable[tuple[str, str]]:
    """(kind, code) of everything in a line that the gazetteer offers."""
    seat = line.get("seat") or {}
    if seat.get("insee"):
        yield "commune", seat["insee"]
    here = territory(seat)
    if here.department:
        yield "department", here.department
    if here.region:
        yield "region", here.region
    yield from (("country", country["code"]) for country in line.get("countries", ()))
    yield from (("sector", sector) for sector in line.get("sectors", ()))


def _entry(kind: str, code: str, count: int) -> Suggestion | None:
    if kind == "commune":
        commune = geography.commune(code)
        if commune is None:
            return None
        label = f"{commune.name} ({commune.department})"
        return Suggestion(kind=kind, label=label, code=code, count=count, lat=commune.lat, lon=commune.lon)
    name = _label(kind, code)
    return Suggestion(kind=kind, label=name, code=code, count=count) if name else None


def _label(kind: str, code: str) -> str | None:
    if kind == "department":
        department = geography.department(code)
        return department.name if department else None
    if kind == "region":
        region = geography.region(code)
        return region.name if region else None
    term = vocabulary({"country": "countries", "sector": "sectors"}[kind]).terms.get(code)
    return term.label_fr if term else None
