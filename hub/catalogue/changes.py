"""`changes.sqlite`: since when each open record says what it says, and which ones have left, for ever.

    changes.sqlite of the previous release ──► copied ──► deltas since it applied ──► changes.sqlite of this one

A release knows its contents; only the chain of releases knows when they changed. Feeds, calendars and OAI-PMH need
that: it is carried on here, one row for every identifier that was ever open data, and one for each set that a record is
no longer in although it goes on. Nothing of what a record said stays when it leaves but where it stood (its kind and
regions), so that whoever harvested a part can be told.
"""

import csv
import gzip
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from hub.distributions import files, history
from hub.distributions.checksums import sha256
from hub.distributions.formats import NAMES
from hub.model.release import DeltaEntry, FileEntry
from hub.model.territory import regions
from schemas.canonical import JSON
from schemas.vocabularies import vocabulary

NAME = "changes.sqlite"
_BATCH = 1_000
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_SCHEMA = """
CREATE TABLE changes (
    id TEXT PRIMARY KEY, collection TEXT NOT NULL, added_at TEXT NOT NULL, changed_at TEXT NOT NULL,
    revision INTEGER NOT NULL, gone INTEGER NOT NULL, kind TEXT NOT NULL, regions TEXT NOT NULL
) STRICT;
CREATE INDEX changes_recent ON changes (changed_at, id);
"""
_DEPARTURES = """
CREATE TABLE IF NOT EXISTS departures (
    part TEXT NOT NULL, id TEXT NOT NULL, left_at TEXT NOT NULL, PRIMARY KEY (part, id)
) STRICT, WITHOUT ROWID;
"""
_PUT = """
INSERT INTO changes VALUES (:id, :collection, :at, :at, 0, 0, :kind, :regions) ON CONFLICT (id) DO UPDATE SET
    changed_at = :at, revision = revision + 1, gone = 0, kind = :kind, regions = :regions
"""
_LEAVE = "UPDATE changes SET changed_at = :at, revision = revision + 1, gone = 1 WHERE NOT gone"
_GONE_BEFORE = "INSERT OR IGNORE INTO changes VALUES (:id, :collection, :at, :at, 0, 1, :collection, '')"
_KINDS = {
    "actor": ("type", "actor-types"),
    "project": ("stage", "stages"),
    "announcement": ("kind", "announcement-kinds"),
}


def write(folder: Path, previous: Path | None, told: Iterable[DeltaEntry], now: datetime) -> FileEntry:
    """Write the changes of a draft whose lines, identifiers and deltas are written. Returns its entry.

    previous: the release before it, where there is one.
    told: the deltas of the draft. Without those since `previous`, or without its changes, every record counts as
    changed now.
    """
    path = folder / NAME
    held = previous is not None and _held(previous)
    if held and previous:
        shutil.copyfile(previous / NAME, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        connection.executescript(_DEPARTURES if held else _SCHEMA + _DEPARTURES)
        connection.execute("BEGIN")
        at = _moment(connection, now)
        since = [each for each in told if previous and (each.since, each.base) == ("previous", previous.name)]
        if held and since:
            for delta in since:
                _apply(connection, delta.collection, folder / delta.path, at)
        else:
            _walk(connection, folder, at)
        connection.execute("COMMIT")
        (rows,) = connection.execute("SELECT count(*) FROM changes").fetchone()
    return _entry(path, rows)


def _entry(path: Path, rows: int) -> FileEntry:
    return files.entry(
        path,
        rows=rows,
        media_type="application/vnd.sqlite3",
        title="Depuis quand chaque fiche ouverte dit ce qu’elle dit, et celles qui sont parties (SQLite)",
        title_en="Since when each open record says what it says, and those that have left (SQLite)",
    )


def redacted(folder: Path, source: Path, gone: Iterable[str]) -> FileEntry:
    """Write the changes of a draft that is another release less some records, which count as having left then."""
    path = folder / NAME
    shutil.copyfile(source / NAME, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.executemany("UPDATE changes SET gone = 1 WHERE id = ?", [[each] for each in gone])
        (rows,) = connection.execute("SELECT count(*) FROM changes").fetchone()
    return _entry(path, rows)


def ids(path: Path, collection: str) -> Iterator[str]:
    """The records of a collection that have not left, in order. Raises sqlite3.Error when the file cannot be read."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        rows = connection.execute("SELECT id FROM changes WHERE collection = ? AND NOT gone ORDER BY id", [collection])
        yield from (row[0] for row in rows)


def _held(previous: Path) -> bool:
    """Whether the previous release has its changes, as it listed them."""
    manifest = orjson.loads((previous / "manifest.json").read_bytes())
    sums = [each["sha256"] for each in manifest["files"] if each["path"] == NAME]
    return bool(sums) and (previous / NAME).is_file() and sha256(previous / NAME) == sums[0]


def _moment(connection: sqlite3.Connection, now: datetime) -> str:
    """The time of this release, to the second; after that of every change before, even when a clock went back."""
    (last,) = connection.execute("SELECT max(changed_at) FROM changes").fetchone()
    at = now.astimezone(UTC)
    if last is not None:
        at = max(at, datetime.strptime(last, MOMENT).replace(tzinfo=UTC) + timedelta(seconds=1))
    return at.strftime(MOMENT)


def _apply(connection: sqlite3.Connection, collection: str, delta: Path, at: str) -> None:
    with gzip.open(delta, "rb") as lines:
        for line in lines:
            change = orjson.loads(line)
            if change["op"] == "delete":
                connection.execute(f"{_LEAVE} AND id = :id", {"id": change["id"], "at": at})
            else:
                _put(connection, _row(collection, change["record"], at))


def _put(connection: sqlite3.Connection, row: dict[str, Any]) -> None:
    """Take a record as changed, and note the sets that it is in no more, or in again."""
    before = connection.execute("SELECT kind, regions FROM changes WHERE id = ?", [row["id"]]).fetchone()
    connection.execute(_PUT, row)
    if before is None or before == (row["kind"], row["regions"]):
        return
    was, is_ = sets(*before), sets(row["kind"], row["regions"])
    left = [(part, row["id"], row["at"]) for part in sorted(was - is_)]
    connection.executemany("INSERT OR REPLACE INTO departures VALUES (?, ?, ?)", left)
    connection.executemany("DELETE FROM departures WHERE part = ? AND id = ?", [(part, row["id"]) for part in is_])


def sets(kind: str, regions: str) -> set[str]:
    """The sets of OAI-PMH that a record is in: of its kind and all broader ones, of any region and of each."""
    codes = kind.split(":")
    places = {f"region:{code}" for code in regions.split()}
    return {":".join(codes[:depth]) for depth in range(1, len(codes) + 1)} | places | ({"region"} if places else set())


def _walk(connection: sqlite3.Connection, folder: Path, at: str) -> None:
    """Take every line as changed, whoever is no longer there as left, and those that left before anybody counted."""
    (known,) = connection.execute("SELECT EXISTS (SELECT 1 FROM changes)").fetchone()
    if known:
        connection.execute("CREATE TEMP TABLE here (id TEXT PRIMARY KEY) WITHOUT ROWID")
        for row in _rows(folder, at):
            _put(connection, row)
            connection.execute("INSERT INTO here VALUES (?)", [row["id"]])
        connection.execute(f"{_LEAVE} AND id NOT IN here", {"at": at})
    else:
        connection.executemany(_PUT, _rows(folder, at))
    connection.executemany(_GONE_BEFORE, _gone(folder, at))


def _rows(folder: Path, at: str) -> Iterator[dict[str, Any]]:
    for collection, name in NAMES.items():
        for says in _records(folder / f"{name}.jsonl.gz"):
            yield _row(collection, says, at)


def _records(path: Path) -> Iterator[JSON]:
    if path.is_file():
        with gzip.open(path, "rb") as lines:
            yield from map(orjson.loads, lines)


def _gone(folder: Path, at: str) -> Iterator[dict[str, str]]:
    """The identifiers whose record had left before the first changes were written."""
    with (folder / history.NAME).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["etat"] == "gone":
                yield {"id": row["id"], "collection": row["collection"], "at": at}


def _row(collection: str, says: JSON, at: str) -> dict[str, Any]:
    return {
        "id": says["id"],
        "collection": collection,
        "at": at,
        "kind": _kind(collection, says),
        "regions": " ".join(["", *regions(says), ""]),
    }


def _kind(collection: str, says: JSON) -> str:
    """What a record is, from the broadest to the narrowest: "actor:ASSO:ASSO-ASI". Unknown codes are left out."""
    property_, name = _KINDS[collection]
    code = says.get(property_, "")
    known = [code, *vocabulary(name).ancestors(code)] if code in vocabulary(name) else []
    return ":".join([collection, *reversed(known)])
