"""The export gate: a release is read back, by other readers than those that wrote it, before anyone can see it.

Each reader must find exactly the records that the catalogue held when the release began (`Outline`). What cannot be
read, or holds one record more or less, refuses the release with a reason; the last one stays.
"""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import orjson

from hub import statistics
from hub.catalogue import database
from hub.distributions import checksums, files, jsonlines, provenance
from hub.distributions.contents import Ids, Outline
from hub.distributions.formats import FORMATS, NAMES
from schemas.canonical import SetDigest, hash_of
from schemas.errors import FederationError

Indexed = Callable[[str], list[str]]
_UNREADABLE = (OSError, EOFError, ValueError, KeyError, duckdb.Error, sqlite3.Error)


class ReleaseRefused(FederationError):
    """The new release is not what it should be; the one in force stays. `reasons`: one sentence each."""

    code = "release-refused"

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class EmptyCatalogue(ReleaseRefused):
    """There is no actor to publish: more likely a fault than a fact."""

    code = "empty-catalogue"


def check(folder: Path, expected: Outline, indexed: Indexed) -> None:
    """Read every file of a draft back.

    indexed: collection -> the ids that the search index finds when asked for everything.
    Raises ReleaseRefused with every reason found.
    """
    reasons = [
        *_files(folder, expected),
        *_catalogue(folder, expected, indexed),
        *_figures(folder, expected),
        *(f"{name} differs from its sum in {checksums.NAME}" for name in checksums.differing(folder)),
    ]
    if reasons:
        raise ReleaseRefused(reasons)


def _files(folder: Path, expected: Outline) -> Iterator[str]:
    for collection, ids in expected.downloaded.items():
        whole = folder / f"{NAMES[collection]}.jsonl.gz"
        values = _values(whole)
        for form in FORMATS:
            path = folder / form.path(collection)
            yield from _compared(path.name, values if form.values else ids, form.ids(path))
        yield from _digest(whole, collection, expected.digests[collection])
    for name, ids, found in files.ids_beside(folder, expected):
        yield from _compared(name, ids, found)


def _catalogue(folder: Path, expected: Outline, indexed: Indexed) -> Iterator[str]:
    for collection, ids in expected.shown.items():
        yield from _compared(
            f"catalogue.sqlite ({collection})", ids, database.ids(folder / "catalogue.sqlite", collection)
        )
        yield from _compared(f"search index ({collection})", ids, iter(sorted(indexed(collection))))


def _compared(what: str, expected: Ids | None, ids: Iterator[str]) -> Iterator[str]:
    try:
        found = Ids.of(ids)
    except _UNREADABLE as error:
        yield f"{what} cannot be read back: {error}"
        return
    if expected is None or found == expected:
        return
    if found.count != expected.count:
        yield f"{what} holds {found.count} records, not {expected.count}"
    else:
        yield f"{what} holds other records, or in another order"


def _values(whole: Path) -> Ids | None:
    """What the provenance of the whole lines amounts to; None when they cannot be read, which is said elsewhere."""
    try:
        lines = (orjson.loads(line.raw) for line in jsonlines.read(whole))
        return Ids.of(value[0] for line in lines for value in provenance.values(line))
    except _UNREADABLE:
        return None


def _digest(path: Path, collection: str, expected: str) -> Iterator[str]:
    """The whole content of the lines, not their ids alone."""
    try:
        found = SetDigest.of((collection, line.id, hash_of(line.raw)) for line in jsonlines.read(path)).hex
    except _UNREADABLE:
        return  # said already
    if found != expected:
        yield f"{path.name} has set digest {found}, not {expected}"


def _figures(folder: Path, expected: Outline) -> Iterator[str]:
    try:
        published = orjson.loads((folder / "statistics.json").read_bytes())
        tables, figures = published["tables"], published["figures"]
    except _UNREADABLE as error:
        yield f"statistics.json cannot be read back: {error}"
        return
    for table in tables:
        if not statistics.reconciles(table):
            yield f"statistics.json: table {table['id']} ({table['population']}) does not reconcile"
    for collection, ids in expected.shown.items():
        said = [
            each["value"] for each in figures if (each["id"], each["population"]) == (f"{collection}s", "published")
        ]
        if said != [ids.count]:
            yield f"statistics.json: {said} {collection}s, not {ids.count}"
