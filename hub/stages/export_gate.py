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
from hub.distributions import checksums, jsonlines
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
        for form in FORMATS:
            yield from _compared(form.path(collection), ids, form.ids(folder / form.path(collection)))
        yield from _digest(folder / f"{NAMES[collection]}.jsonl.gz", collection, expected.digests[collection])


def _catalogue(folder: Path, expected: Outline, indexed: Indexed) -> Iterator[str]:
    for collection, ids in expected.shown.items():
        yield from _compared(
            f"catalogue.sqlite ({collection})", ids, database.ids(folder / "catalogue.sqlite", collection)
        )
        yield from _compared(f"search index ({collection})", ids, iter(sorted(indexed(collection))))


def _compared(what: str, expected: Ids, ids: Iterator[str]) -> Iterator[str]:
    try:
        found = Ids.of(ids)
    except _UNREADABLE as error:
        yield f"{what} cannot be read back: {error}"
        return
    if found.count != expected.count:
        yield f"{what} holds {found.count} records, not {expected.count}"
    elif found != expected:
        yield f"{what} holds other records, or in another order"


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
