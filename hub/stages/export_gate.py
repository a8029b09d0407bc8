"""The export gate: a release is read back, by other readers than those that wrote it, before anyone can see it.

Each reader must find exactly the records that the catalogue held when the release began (`Outline`). What cannot be
read, or holds one record more or less, refuses the release with a reason; the last one stays.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import duckdb
import orjson

from hub import statistics
from hub.catalogue import changes, database
from hub.distributions import (
    checksums,
    deltas,
    files,
    jsonlines,
    kept,
    provenance,
    rrma_recompute,
    rrma_verify,
    tabulated,
)
from hub.distributions.contents import Ids, Outline
from hub.distributions.deltas import Base
from hub.distributions.descriptions import writing
from hub.distributions.formats import FORMATS, NAMES
from hub.model.release import FileEntry, ReleaseManifest
from hub.stages import static_site
from schemas.canonical import JSON, SetDigest, hash_of
from schemas.errors import FederationError

Indexed = Callable[[str], list[str]]
_UNREADABLE = (OSError, EOFError, zlib.error, ValueError, KeyError, duckdb.Error, sqlite3.Error)


class ReleaseRefused(FederationError):
    """The new release is not what it should be; the one in force stays. `reasons`: one sentence each."""

    code = "release-refused"

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class EmptyCatalogue(ReleaseRefused):
    """There is no actor to publish: more likely a fault than a fact."""

    code = "empty-catalogue"


class Pinned(ReleaseRefused):
    """Somebody rolled back, and nobody said yet that other releases may follow."""

    code = "release-pinned"


def check(folder: Path, expected: Outline, indexed: Indexed, bases: Sequence[Base] = ()) -> None:
    """Read every file of a draft back.

    indexed: collection -> the ids that the search index finds when asked for everything.
    bases:   the earlier releases that there must be a delta from.
    Raises ReleaseRefused with every reason found.
    """
    reasons = [
        *_files(folder, expected),
        *_catalogue(folder, expected, indexed),
        *_figures(folder, expected),
        *_deltas(folder, bases),
        *static_site.wrong(folder),
        *writing.wrong(folder, kept.manifest(folder).files),
        *(f"{name} differs from its sum in {checksums.NAME}" for name in checksums.differing(folder)),
    ]
    if reasons:
        raise ReleaseRefused(reasons)


def check_restored(folder: Path, expected: ReleaseManifest, indexed: Indexed, bases: Sequence[Base]) -> None:
    """Check a draft whose files were copied from a release that passed the gate in its time.

    Raises ReleaseRefused with every reason found.
    """
    reasons = [
        *(f"{file.path} is no longer what it was" for file in expected.files if not _is(folder / file.path, file)),
        *_restored(folder, expected, indexed),
        *_deltas(folder, bases),
        *static_site.wrong(folder),
        *writing.wrong(folder, kept.manifest(folder).files),
        *(f"{name} differs from its sum in {checksums.NAME}" for name in checksums.differing(folder)),
    ]
    if reasons:
        raise ReleaseRefused(reasons)


def _is(path: Path, file: FileEntry) -> bool:
    return path.is_file() and checksums.sha256(path) == file.sha256


def _restored(folder: Path, expected: ReleaseManifest, indexed: Indexed) -> Iterator[str]:
    for collection, count in expected.counts.items():
        try:
            shown = Ids.of(database.ids(folder / "catalogue.sqlite", collection))
        except _UNREADABLE as error:
            yield f"catalogue.sqlite ({collection}) cannot be read back: {error}"
            continue
        if shown.count != count:
            yield f"catalogue.sqlite ({collection}) holds {shown.count} records, not {count}"
        yield from _compared(f"search index ({collection})", shown, iter(sorted(indexed(collection))))
        whole = folder / f"{NAMES[collection]}.jsonl.gz"
        yield from _digest(whole, collection, expected.digests[collection])
        opened = Ids.of(jsonlines.ids(whole) if whole.is_file() else ())
        yield from _compared(f"{changes.NAME} ({collection})", opened, changes.ids(folder / changes.NAME, collection))


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
    for collection, ids in expected.open.items():
        yield from _compared(f"{changes.NAME} ({collection})", ids, changes.ids(folder / changes.NAME, collection))


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
    yield from _tabulated(folder, published)
    yield from _recomputed(folder)


def _tabulated(folder: Path, published: JSON) -> Iterator[str]:
    """Both other forms tell every number of `statistics.json`, and no other."""
    whole = tabulated.cells(published)
    of_tables = {cell: number for cell, number in whole.items() if cell[2]}
    for name, read, expected in (
        (tabulated.TABLE, tabulated.of_table, whole),
        (tabulated.JSONSTAT, tabulated.of_jsonstat, of_tables),
    ):
        try:
            found = read(folder / name)
        except _UNREADABLE as error:
            yield f"{name} cannot be read back: {error}"
            continue
        if found != expected:
            yield f"{name} tells other numbers than statistics.json"


def _recomputed(folder: Path) -> Iterator[str]:
    """Each figure of the open records, counted again in the published files by the script that readers run."""
    try:
        for name, said, counted in rrma_recompute.compared(folder, []):
            if said != counted:
                yield f"statistics.json: {name} is {said}, and the files say {counted}"
    except _UNREADABLE as error:
        yield f"statistics.json cannot be recomputed: {error}"


def _deltas(folder: Path, bases: Sequence[Base]) -> Iterator[str]:
    """Each delta is there, and read by the script that consumers run it leads from its base to this release."""
    try:
        told = {(delta.since, delta.collection): delta for delta in kept.manifest(folder).deltas}
    except _UNREADABLE as error:
        yield f"{kept.MANIFEST} cannot be read back: {error}"
        return
    for base in bases:
        for collection, name in NAMES.items():
            if not deltas.spans(folder, base, collection):
                continue
            path, whole = folder / deltas.path(base.since, collection), f"{name}.jsonl.gz"
            try:
                delta = asdict(told[base.since, collection])
                rrma_verify.chained(path, delta, delta["after"])
                rrma_verify.added(base.folder / whole, path, folder / whole)
            except _UNREADABLE as error:
                yield f"{deltas.path(base.since, collection)}: {error}"
