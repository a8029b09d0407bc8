"""The export gate: a release is read back, by other readers than those that wrote it, before anyone can see it.

Each reader must find exactly the records that the catalogue held when the release began (`Outline`). What cannot be
read, or holds one record more or less, refuses the release with a reason; the last one stays.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import orjson

from hub import statistics
from hub.catalogue import changes, database
from hub.distributions import (
    checksums,
    deltas,
    files,
    history,
    jsonlines,
    kept,
    provenance,
    rrma_recompute,
    rrma_verify,
    site,
    tabulated,
)
from hub.distributions.contents import Counted, Ids, Outline
from hub.distributions.deltas import Base
from hub.distributions.descriptions import writing
from hub.distributions.formats import FORMATS, NAMES, Format
from hub.model.release import FileEntry, ReleaseManifest
from hub.stages import indexing, static_site
from hub.stages.crew import ALONE, Task
from schemas.canonical import JSON, SetDigest, hash_of
from schemas.errors import FederationError

_CATALOGUE = "catalogue.sqlite"
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


def readings(folder: Path, expected: Outline, bases: Sequence[Base] = ()) -> list[Task]:
    """Every file of a draft read back: tasks that come after those which make the files, and that `judge` is told of.

    bases: the earlier releases that there must be a delta from.
    """
    return [*_files(folder, expected), *_catalogue(folder, expected), *_described(folder, bases)]


def judge(found: Iterable[list[str]]) -> None:
    """Raise ReleaseRefused with every reason that the readings found, if any did."""
    if reasons := [reason for each in found for reason in each]:
        raise ReleaseRefused(reasons)


def check(folder: Path, expected: Outline, bases: Sequence[Base] = ()) -> None:
    """Read every file of a draft that is written back. Raises ReleaseRefused with every reason found."""
    judge(ALONE(readings(folder, expected, bases)).values())


def check_restored(folder: Path, expected: ReleaseManifest, bases: Sequence[Base]) -> None:
    """Check a draft whose files were copied from a release that passed the gate in its time.

    Raises ReleaseRefused with every reason found.
    """
    copied = _reading("what was copied", _altered, folder, expected.files)
    restored = _reading("what was restored", _restored, folder, expected)
    judge(ALONE([copied, restored, *_described(folder, bases)]).values())


def _reading(what: str, check: Callable[..., Iterator[str]], *arguments: Any, after: Iterable[str] = ()) -> Task:
    """A task that finds the reasons against a part of a draft. after: the files it reads, if not the one it names."""
    return Task(name=f"{what}, read back", work=partial(_found, check, *arguments), after=tuple(after) or (what,))


def _found(check: Callable[..., Iterator[str]], *arguments: Any) -> list[str]:
    return list(check(*arguments))


def _files(folder: Path, expected: Outline) -> Iterator[Task]:
    for collection, ids in expected.downloaded.items():
        for form in FORMATS:
            if not form.values and form.path(collection) != _whole(collection):
                yield _reading(form.path(collection), _format, folder, collection, form, ids)
        told = (_whole(collection), *(form.path(collection) for form in FORMATS if form.values))
        yield _reading(_whole(collection), _lines, folder, collection, ids, expected.digests[collection], after=told)
    beside = (history.NAME, *map(files.records, expected.downloaded))
    yield _reading("records and identifiers", _beside, folder, expected, after=beside)


def _catalogue(folder: Path, expected: Outline) -> Iterator[Task]:
    yield _reading(_CATALOGUE, _rows, folder, expected.shown)
    yield _reading("search index", _all_indexed, folder, expected.shown, after=[indexing.FOLDER])
    yield _reading(changes.NAME, _changes, folder, expected.open)
    counted = [f"{NAMES[collection]}.parquet" for collection in expected.downloaded]
    yield _reading("statistics.json", _figures, folder, expected, after=["statistics.json", *counted])


def _described(folder: Path, bases: Sequence[Base]) -> Iterator[Task]:
    for base in bases:
        yield _reading(f"deltas/{base.since}", _deltas, folder, base, after=[kept.MANIFEST])
    yield _reading(site.NAME, static_site.wrong, folder)
    yield _reading(checksums.NAME, _sums, folder)
    yield _reading("descriptions", _descriptions, folder, after=[checksums.NAME])


def _whole(collection: str) -> str:
    return f"{NAMES[collection]}.jsonl.gz"


def _format(folder: Path, collection: str, form: Format, expected: Ids) -> Iterator[str]:
    path = folder / form.path(collection)
    yield from _compared(path.name, expected, form.ids(path))


def _lines(folder: Path, collection: str, expected: Ids, digest: str) -> Iterator[str]:
    """The whole content of the lines, and the provenance of each value in them."""
    path, values = folder / _whole(collection), None
    try:
        found = _told(path, collection)
    except _UNREADABLE as error:
        yield f"{path.name} cannot be read back: {error}"
    else:
        values = found.values
        yield from _differing(path.name, expected, found.ids)
        if found.digest != digest:
            yield f"{path.name} has set digest {found.digest}, not {digest}"
    for form in FORMATS:
        if form.values:
            yield from _compared(form.path(collection), values, form.ids(folder / form.path(collection)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the whole lines of a collection amount to."""

    ids: Ids
    values: Ids
    digest: str


def _told(path: Path, collection: str) -> _Told:
    ids, values, digest = Counted(), Counted(), SetDigest()
    for line, says in jsonlines.read(path):
        ids.add(line.id)
        values.add(line.id, provenance.count(says))
        digest = digest.plus(collection, line.id, hash_of(line.raw))
    return _Told(ids=ids.ids, values=values.ids, digest=digest.hex)


def _beside(folder: Path, expected: Outline) -> Iterator[str]:
    for name, ids, found in files.ids_beside(folder, expected):
        yield from _compared(name, ids, found)


def _rows(folder: Path, expected: Mapping[str, Ids]) -> Iterator[str]:
    path = folder / _CATALOGUE
    if torn := database.torn(path):
        yield f"{path.name} cannot be read back: {torn}"
        return
    for collection, ids in expected.items():
        yield from _compared(f"{path.name} ({collection})", ids, database.ids(path, collection))


def _all_indexed(folder: Path, expected: Mapping[str, Ids]) -> Iterator[str]:
    for collection, ids in expected.items():
        yield from _indexed(folder, collection, ids)


def _indexed(folder: Path, collection: str, expected: Ids) -> Iterator[str]:
    yield from _compared(f"search index ({collection})", expected, indexing.ids(folder, collection))


def _changes(folder: Path, expected: Mapping[str, Ids]) -> Iterator[str]:
    path = folder / changes.NAME
    if torn := database.torn(path):
        yield f"{path.name} cannot be read back: {torn}"
        return
    for collection, ids in expected.items():
        yield from _compared(f"{path.name} ({collection})", ids, changes.ids(path, collection))


def _descriptions(folder: Path) -> Iterator[str]:
    yield from writing.wrong(folder, kept.manifest(folder).files)


def _sums(folder: Path) -> Iterator[str]:
    yield from (f"{name} differs from its sum in {checksums.NAME}" for name in checksums.differing(folder))


def _altered(folder: Path, expected: Iterable[FileEntry]) -> Iterator[str]:
    for file in expected:
        path = folder / file.path
        if not path.is_file() or checksums.sha256(path) != file.sha256:
            yield f"{file.path} is no longer what it was"


def _restored(folder: Path, expected: ReleaseManifest) -> Iterator[str]:
    opened = dict[str, Ids]()
    for collection, count in expected.counts.items():
        try:
            shown = Ids.of(database.ids(folder / _CATALOGUE, collection))
        except _UNREADABLE as error:
            yield f"{_CATALOGUE} ({collection}) cannot be read back: {error}"
            continue
        if shown.count != count:
            yield f"{_CATALOGUE} ({collection}) holds {shown.count} records, not {count}"
        yield from _indexed(folder, collection, shown)
        try:
            found = _told(folder / _whole(collection), collection) if (folder / _whole(collection)).is_file() else None
        except _UNREADABLE:
            continue  # it is no longer what it was, which is said
        if found and found.digest != expected.digests[collection]:
            yield f"{_whole(collection)} has set digest {found.digest}, not {expected.digests[collection]}"
        opened[collection] = found.ids if found else Ids.of(())
    yield from _changes(folder, opened)


def _compared(what: str, expected: Ids | None, ids: Iterable[str]) -> Iterator[str]:
    try:
        found = Ids.of(ids)
    except _UNREADABLE as error:
        yield f"{what} cannot be read back: {error}"
        return
    if expected is not None:
        yield from _differing(what, expected, found)


def _differing(what: str, expected: Ids, found: Ids) -> Iterator[str]:
    if found.count != expected.count:
        yield f"{what} holds {found.count} records, not {expected.count}"
    elif found != expected:
        yield f"{what} holds other records, or in another order"


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


def _deltas(folder: Path, base: Base) -> Iterator[str]:
    """Each delta from a base is there, and read by the script that consumers run it leads to this release."""
    try:
        told = {(delta.since, delta.collection): delta for delta in kept.manifest(folder).deltas}
    except _UNREADABLE as error:
        yield f"{kept.MANIFEST} cannot be read back: {error}"
        return
    for collection in NAMES:
        if not deltas.spans(folder, base, collection):
            continue
        path = folder / deltas.path(base.since, collection)
        try:
            delta = asdict(told[base.since, collection])
            rrma_verify.chained(path, delta, delta["after"])
            rrma_verify.added(base.folder / _whole(collection), path, folder / _whole(collection))
        except _UNREADABLE as error:
            yield f"{deltas.path(base.since, collection)}: {error}"
