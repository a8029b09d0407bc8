"""The index of one collection: every answer it gives starts from the one condition of a query.

So the list, the counts, the map and the export of a search cannot disagree.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from time import time
from typing import Any

import numpy as np
from rapidfuzz.distance import DamerauLevenshtein
from tantivy import DocAddress, FieldType, Index, Occur, Order, SearchResult
from tantivy import Query as Condition

from hub.search import grid
from hub.search.analysis import analysers, words
from hub.search.fields import FACETS, schema
from hub.search.matching import Reader, Reading
from hub.search.query import Cluster, Hits, Query, Suggestion
from hub.search.suggestions import names_beginning
from schemas.errors import ConfigError

_MOST_CODES = 1_000  # of one facet: countries are the longest list, about 250
_MOST_CELLS = 65_000
_ROWS = 10_000
_REMEMBERED = 512
_LINKS, _STALE_S = "rrma-index-", 3_600
_REMOVALS = 3  # a thread of tantivy looks at what was opened once more, and may leave its lock while we remove


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of a record, to name it."""

    id: str
    label: str
    town: str


class Part:
    """The index of one collection."""

    def __init__(self, home: Path) -> None:
        """Raises ConfigError when the folder holds no index that this version of the hub can read."""
        with _aside(home) as links:
            try:
                index = Index.open(str(links))
            except ValueError as error:
                raise ConfigError(f"the search index in {home} cannot be read: {error}") from error
            index.config_reader(reload_policy="manual")
            if index.schema != schema():
                raise ConfigError(f"the search index in {home} was made by another version of the hub: publish again")
            for name, analyser in analysers().items():
                index.register_tokenizer(name, analyser)
            self._schema, self._searcher = index.schema, index.searcher()
        self._reader = Reader(self._schema, self._searcher)
        self._read = lru_cache(_REMEMBERED)(self._reader.read)
        self._around = lru_cache(_REMEMBERED)(self._rows_around)

    def search(self, query: Query) -> Hits:
        """One page, with the counts of every facet."""
        found = self._ordered(query, limit=max(query.size, 1), offset=(query.page - 1) * query.size)
        entries = [self._entry(address) for _, address in found.hits[: query.size]]
        return Hits(
            total=_total(found),
            ids=tuple(entry.id for entry in entries),
            facets=self._facets(query),
            did_you_mean=_did_you_mean(query.text, self._read(query.text), entries),
        )

    def ids(self, query: Query) -> list[str]:
        """Every id of every page, in order."""
        found = self._searcher.search(self.condition(query), max(self._searcher.num_docs, 1))
        addresses = [address for _, address in found.hits]
        # Records are kept in compressed blocks: read in their own order, each block is opened once. To have the index
        # sort them all by name would open a block of names for each.
        in_place = sorted(range(len(addresses)), key=lambda rank: (addresses[rank].segment_ord, addresses[rank].doc))
        kept = [(self._searcher.doc(addresses[rank]), rank) for rank in in_place]
        if _by_name(query):
            kept.sort(key=lambda each: each[0]["order"][0].encode())
        else:
            kept.sort(key=lambda each: each[1])
        return [each["id"][0] for each, _ in kept]

    def every(self) -> Iterator[str]:
        """Every id, in order of rows, some thousand at a time."""
        most = self._searcher.num_docs
        for first in range(0, most, _ROWS):
            rows = Condition.range_query(self._schema, "row", FieldType.Unsigned, first, first + _ROWS - 1)
            addresses = [address for _, address in self._searcher.search(rows, _ROWS + 1).hits]  # one row is one hit
            numbers = self._searcher.fast_field_values("row", addresses)
            for _, address in sorted(zip(numbers, addresses, strict=True), key=itemgetter(0)):
                yield self._searcher.doc(address)["id"][0]

    def points(self, query: Query, zoom: int) -> list[Cluster]:
        """The records that have a position, by cell of the map; most numerous first."""
        measures = {
            "lat": {"avg": {"field": "lat"}},
            "lon": {"avg": {"field": "lon"}},
            "row": {"min": {"field": "row"}},
        }
        cells = {"terms": {"field": f"cell_{grid.nearest_zoom(zoom)}", "size": _MOST_CELLS}, "aggs": measures}
        buckets = self._searcher.aggregate(self.condition(query), {"cells": cells})["cells"]["buckets"]
        named = self._entries([int(bucket["row"]["value"]) for bucket in buckets if bucket["doc_count"] == 1])
        found = [_cluster(bucket, named) for bucket in buckets]
        return sorted(found, key=lambda each: (-each.count, each.lat, each.lon))

    def suggest(self, prefix: str, limit: int) -> list[Suggestion]:
        """Actors whose name holds what was typed."""
        found = self._searcher.search(names_beginning(self._schema, words(prefix)), max(limit, 1))
        entries = [self._entry(address) for _, address in found.hits[:limit]]
        return [Suggestion(kind="actor", label=each.label, code=each.id, detail=each.town or None) for each in entries]

    def condition(self, query: Query, *, without: str = "") -> Condition:
        """The records of a query; `without` leaves one facet's filter out."""
        required = [self._read(query.text).condition, *self._filters(query, without)]
        return Condition.boolean_query([(Occur.Must, each) for each in required])

    def _filters(self, query: Query, without: str) -> Iterator[Condition]:
        for facet in FACETS:
            codes = getattr(query, facet)
            if codes and facet != without:
                yield Condition.const_score_query(Condition.term_set_query(self._schema, facet, list(codes)), 0.0)
        if query.bbox:
            yield Condition.const_score_query(self._box(query.bbox), 0.0)
        if query.near:
            yield Condition.const_score_query(self._around(query.near), 0.0)

    def _box(self, box: tuple[float, float, float, float]) -> Condition:
        west, south, east, north = box
        spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        across = Condition.boolean_query([(Occur.Should, self._between("lon", *span)) for span in spans])
        return Condition.boolean_query([(Occur.Must, self._between("lat", south, north)), (Occur.Must, across)])

    def _between(self, field: str, lower: float, upper: float) -> Condition:
        return Condition.range_query(self._schema, field, FieldType.Float, float(lower), float(upper))

    def _rows_around(self, near: tuple[float, float, float]) -> Condition:
        """tantivy has no circles: take the box around, then measure what is in it."""
        lat, lon, km = near
        candidates = self._searcher.search(self._box(grid.box_around(lat, lon, km)), max(self._searcher.num_docs, 1))
        addresses = [address for _, address in candidates.hits]
        if not addresses:
            return Condition.empty_query()
        rows, lats, lons = (
            np.array(self._searcher.fast_field_values(name, addresses)) for name in ("row", "lat", "lon")
        )
        inside = rows[grid.distances_km(lat, lon, lats, lons) <= km]
        return Condition.term_set_query(self._schema, "row", [int(row) for row in inside])

    def _ordered(self, query: Query, *, limit: int, offset: int = 0) -> SearchResult:
        condition = self.condition(query)
        if _by_name(query):
            return self._searcher.search(condition, limit, offset=offset, order_by_field="order", order=Order.Asc)
        return self._searcher.search(condition, limit, offset=offset)

    def _facets(self, query: Query) -> dict[str, list[tuple[str, int]]]:
        """One count serves every facet without a choice; each of the others needs its own."""
        chosen = [facet for facet in FACETS if getattr(query, facet)]
        counts = self._counts(self.condition(query), [facet for facet in FACETS if facet not in chosen])
        for facet in chosen:
            counts |= self._counts(self.condition(query, without=facet), [facet])
        return {facet: counts[facet] for facet in FACETS if counts[facet]}

    def _counts(self, condition: Condition, facets: list[str]) -> dict[str, list[tuple[str, int]]]:
        asked = {facet: {"terms": {"field": facet, "size": _MOST_CODES}} for facet in facets}
        answer = self._searcher.aggregate(condition, asked)
        return {facet: sorted(_pairs(answer[facet]), key=lambda pair: (-pair[1], pair[0])) for facet in facets}

    def _entries(self, rows: Sequence[int]) -> dict[int, Entry]:
        """row -> entry of each of these rows."""
        if not rows:
            return {}
        found = self._searcher.search(Condition.term_set_query(self._schema, "row", rows), len(rows))
        addresses = [address for _, address in found.hits]
        numbers = np.array(self._searcher.fast_field_values("row", addresses), dtype=int)
        return {int(number): self._entry(address) for number, address in zip(numbers, addresses, strict=True)}

    def _entry(self, address: DocAddress) -> Entry:
        kept = self._searcher.doc(address)
        return Entry(kept["id"][0], kept["label"][0], kept["town"][0])


@contextmanager
def _aside(home: Path) -> Iterator[Path]:
    """A folder of links to the files of an index, while it is opened.

    tantivy writes a lock beside what it opens, and a release is only read, by accounts that may not write there. Once
    opened, the files stay mapped and the links are no longer needed.
    """
    _sweep()
    folder = Path(mkdtemp(prefix=_LINKS))
    try:
        for file in (each for each in home.iterdir() if each.suffix != ".lock"):
            (folder / file.name).symlink_to(file.absolute())
        yield folder
    finally:
        for _ in range(_REMOVALS):
            shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove what processes left that were killed while they opened an index, which takes no hour."""
    for left in Path(gettempdir()).glob(f"{_LINKS}*"):
        with suppress(OSError):
            if time() - left.lstat().st_mtime > _STALE_S:
                shutil.rmtree(left)


def _by_name(query: Query) -> bool:
    return query.sort == "name" or not words(query.text)


def _total(found: SearchResult) -> int:
    # Missing from the library's own stubs, tantivy 0.27.
    return int(found.count)  # type: ignore[attr-defined]


def _pairs(facet: dict[str, Any]) -> list[tuple[str, int]]:
    return [(bucket["key"], bucket["doc_count"]) for bucket in facet["buckets"]]


def _cluster(bucket: dict[str, Any], named: Mapping[int, Entry]) -> Cluster:
    alone = named.get(int(bucket["row"]["value"])) if bucket["doc_count"] == 1 else None
    return Cluster(
        lat=round(bucket["lat"]["value"], 6),
        lon=round(bucket["lon"]["value"], 6),
        count=bucket["doc_count"],
        id=alone.id if alone else None,
        name=alone.label if alone else None,
    )


def _did_you_mean(text: str, reading: Reading, entries: Sequence[Entry]) -> str | None:
    """The question with each unknown word replaced by the nearest one that names the best answer."""
    if not reading.guessed or not entries:
        return None
    nearby = words(f"{entries[0].label} {entries[0].town}")
    nearest = {
        word: min(nearby, key=lambda other: DamerauLevenshtein.distance(word, other)) for word in reading.guessed
    }
    return " ".join(nearest.get(word, word) for word in words(text))
