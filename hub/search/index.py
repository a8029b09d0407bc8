"""The search index of one release: built once, never changed, read by any number of threads.

One tantivy index per collection: `index/actor/`, `index/project/` and so on.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

from tantivy import Index

from hub.search.analysis import analysers, words
from hub.search.fields import document, schema
from hub.search.part import Part
from hub.search.query import Cluster, Hits, Query, Suggestion
from hub.search.suggestions import Gazetteer
from schemas.canonical import JSON
from schemas.errors import ConfigError

_WRITER_BYTES = 128_000_000


class SearchIndex:
    """The index of every collection of a release."""

    def __init__(self, parts: Mapping[str, Part], gazetteer: Gazetteer) -> None:
        self._parts, self._gazetteer = parts, gazetteer

    @staticmethod
    def build(folder: Path, rows: Mapping[str, Iterable[JSON]]) -> None:
        """Write the index of a release.

        folder: does not exist yet.
        rows:   collection -> its public lines, in order of id.
        """
        for collection, lines in rows.items():
            home = folder / collection
            home.mkdir(parents=True)
            Gazetteer.build(home, _indexed(home, lines))
            _finish(home)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Raises ConfigError when there is no index in `folder`, or none that this version can read."""
        parts = {home.name: Part(home) for home in sorted(folder.iterdir())} if folder.is_dir() else {}
        if "actor" not in parts:
            raise ConfigError(f"no search index in {folder}")
        return cls(parts, Gazetteer.load(folder / "actor"))

    def search(self, query: Query) -> Hits:
        """One page of records, and the counts of every facet."""
        part = self._parts.get(query.collection)
        return part.search(query) if part else Hits(total=0, ids=())

    def ids(self, query: Query) -> list[str]:
        """Every record that `search` would page through, in the same order."""
        part = self._parts.get(query.collection)
        return part.ids(query) if part else []

    def every(self, collection: str) -> Iterator[str]:
        """Every record of a collection, in the order in which they were indexed."""
        part = self._parts.get(collection)
        return part.every() if part else iter(())

    def points(self, query: Query, zoom: int) -> list[Cluster]:
        """What `search` finds and has a position, grouped for a map of that zoom; most numerous first."""
        part = self._parts.get(query.collection)
        return part.points(query, zoom) if part else []

    def suggest(self, prefix: str, limit: int = 8) -> list[Suggestion]:
        """Lines for the box being typed in: places, countries and sectors first, then actors by name."""
        if not words(prefix):
            return []
        places = self._gazetteer.beginning(prefix, limit // 2)
        return places + self._parts["actor"].suggest(prefix, limit - len(places))


def _indexed(home: Path, lines: Iterable[JSON]) -> Iterator[JSON]:
    """Index the lines that pass by. One thread, so that equal releases have equal orders."""
    index = Index(schema(), str(home))
    for name, analyser in analysers().items():
        index.register_tokenizer(name, analyser)
    writer = index.writer(_WRITER_BYTES, 1)
    for row, line in enumerate(lines):
        writer.add_json(document(line, row))
        yield line
    writer.commit()
    writer.wait_merging_threads()


def _finish(home: Path) -> None:
    """Leave what readers need, readable by whoever may read the rest: tantivy keeps some of it to its own account."""
    rights = (home / "suggestions.json").stat().st_mode
    for file in home.iterdir():
        if file.suffix == ".lock":
            file.unlink()
        else:
            file.chmod(rights)
