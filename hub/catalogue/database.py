"""`catalogue.sqlite`: the release as one read-only database, which the portal and the API read and Datasette opens.

`payload` is the published record itself; the columns beside it are for reading, sorting and joining. Equal contents
give equal bytes: no time and no name of the release is in it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from hub.distributions.contents import LAYOUT, Contents, EdgeRow, IssuedId, MemberRow, Parsed, PublicLine
from hub.model.territory import territory
from schemas.canonical import JSON
from schemas.record import RecordKey

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE actors (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, acronym TEXT, type TEXT, city TEXT, insee TEXT, postcode TEXT,
    department TEXT, region TEXT, lat REAL, lon REAL, precision TEXT, website TEXT, sources INTEGER NOT NULL,
    open INTEGER NOT NULL, payload TEXT NOT NULL
) STRICT;
CREATE TABLE projects (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, stage TEXT, lead_id TEXT, lead_name TEXT, starts_on TEXT, ends_on TEXT,
    lat REAL, lon REAL, payload TEXT NOT NULL
) STRICT;
CREATE TABLE announcements (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, kind TEXT, starts_at TEXT, ends_at TEXT, opens_at TEXT, closes_at TEXT,
    city TEXT, lat REAL, lon REAL, payload TEXT NOT NULL
) STRICT;
CREATE TABLE project_actors (project_id TEXT NOT NULL, actor_id TEXT NOT NULL, role TEXT NOT NULL) STRICT;
CREATE TABLE members (
    collection TEXT NOT NULL, national_id TEXT NOT NULL, network TEXT NOT NULL, local_id TEXT NOT NULL,
    modified_on TEXT, payload TEXT NOT NULL
) STRICT;
CREATE TABLE edges (
    collection TEXT NOT NULL, left_network TEXT NOT NULL, left_id TEXT NOT NULL, right_network TEXT NOT NULL,
    right_id TEXT NOT NULL, log_odds REAL NOT NULL, parts TEXT NOT NULL
) STRICT;
CREATE TABLE identifiers (
    id TEXT PRIMARY KEY, collection TEXT NOT NULL, state TEXT NOT NULL, leads_to TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE networks (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, regions TEXT NOT NULL, website TEXT, harvest TEXT
) STRICT, WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX actors_name ON actors (name);
CREATE INDEX actors_type ON actors (type);
CREATE INDEX actors_region ON actors (region, department);
CREATE INDEX projects_lead ON projects (lead_id);
CREATE INDEX project_actors_actor ON project_actors (actor_id);
CREATE INDEX project_actors_project ON project_actors (project_id);
CREATE INDEX members_national ON members (national_id);
CREATE INDEX members_record ON members (network, local_id);
CREATE INDEX edges_left ON edges (collection, left_network, left_id);
"""
_LEADS_BY_NAME = """
UPDATE projects SET lead_name = (SELECT name FROM actors WHERE id = lead_id) WHERE lead_name IS NULL;
"""
_MEMBER = "collection, national_id, network, local_id, modified_on, CAST(payload AS BLOB)"
_BATCH = 1_000


class CatalogueFile:
    """A `catalogue.sqlite` being written: a plain file until `finish`, since it is worth nothing before."""

    def __init__(self, path: Path) -> None:
        self._path, self._draft = path, path.with_suffix(".draft")
        self._connection = sqlite3.connect(self._draft, isolation_level=None)
        self._connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}")
        self._connection.execute("BEGIN")

    def write(self, collection: str, lines: Iterable[Parsed]) -> Iterator[Parsed]:
        """Write the records of a collection, and pass the lines on."""
        row_of, rest = _ROWS[collection], iter(lines)
        while batch := list(islice(rest, _BATCH)):
            self._insert(f"{collection}s", (row_of(line, parsed) for line, parsed in batch))
            if collection == "project":
                self._insert("project_actors", (row for line, parsed in batch for row in _partners(line.id, parsed)))
            yield from batch

    def finish(self, contents: Contents, content: str) -> None:
        """Write what stands beside the records, index, and pack into the final file."""
        self._insert("members", (_member(row) for row in contents.members))
        self._insert("edges", (_edge(row) for row in contents.edges))
        self._insert("identifiers", ((row.id, row.collection, row.state, row.leads_to) for row in contents.identifiers))
        self._insert("networks", (_network(entry.as_json()) for entry in contents.networks))
        said = {"content": content, "layout": LAYOUT, "licence": contents.licence}
        self._insert("meta", (said | {"citation": contents.signed.citation}).items())
        self._connection.execute("COMMIT")
        self._connection.executescript(f"{_LEADS_BY_NAME} {_INDEXES} ANALYZE;")
        self._connection.execute("VACUUM INTO ?", [str(self._path)])
        self.close()

    def close(self) -> None:
        self._connection.close()
        self._draft.unlink(missing_ok=True)

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        rows = iter(rows)
        for first in rows:
            insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(first))})"  # noqa: S608
            self._connection.execute(insert, first)
            self._connection.executemany(insert, rows)


def torn(path: Path) -> str | None:
    """What is wrong with the pages of a database, if anything is: of this one or of any other that never changes."""
    try:
        with closing(reader(path)) as connection:
            verdict = str(connection.execute("PRAGMA quick_check").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)
    return None if verdict == "ok" else verdict


def ids(path: Path, collection: str) -> Iterator[str]:
    """The ids of a collection, in order. Raises sqlite3.Error when the file cannot be read."""
    with closing(reader(path)) as connection:
        yield from (row[0] for row in connection.execute(f"SELECT id FROM {collection}s ORDER BY id"))  # noqa: S608


def payloads(path: Path, collection: str) -> Iterator[bytes]:
    """The records of a collection as they were published, in order of id."""
    with closing(reader(path)) as connection:
        rows = connection.execute(f"SELECT CAST(payload AS BLOB) FROM {collection}s ORDER BY id")  # noqa: S608
        yield from (row[0] for row in rows)


def open_ids(path: Path, collection: str) -> Iterator[str]:
    """The ids of its open records, in order. Raises sqlite3.Error when the file is torn."""
    chosen = "actors WHERE open" if collection == "actor" else f"{collection}s"
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        yield from (row[0] for row in connection.execute(f"SELECT id FROM {chosen} ORDER BY id"))  # noqa: S608


def open_by_place(path: Path, collection: str) -> Iterator[bytes]:
    """The open records of a collection; actors by département and name, the others by title."""
    chosen = "actors WHERE open ORDER BY coalesce(department, '~'), name COLLATE NOCASE, id"
    rest = chosen if collection == "actor" else f"{collection}s ORDER BY title COLLATE NOCASE, id"
    with closing(reader(path)) as connection:
        rows = connection.execute(f"SELECT CAST(payload AS BLOB) FROM {rest}")  # noqa: S608
        yield from (row[0] for row in rows)


def reader(path: Path) -> sqlite3.Connection:
    """A connection to close, to a catalogue that never changes."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def lines(path: Path, collection: str) -> Iterator[tuple[str, bytes, bool]]:
    """(id, published bytes, whether it is open data) of every record of a collection, in order of id."""
    is_open = "open" if collection == "actor" else "1"
    with closing(reader(path)) as connection:
        query = f"SELECT id, CAST(payload AS BLOB), {is_open} FROM {collection}s ORDER BY id"  # noqa: S608
        for national_id, payload, opened in connection.execute(query):
            yield national_id, payload, bool(opened)


def members(path: Path) -> Iterator[MemberRow]:
    """The source records, as they were written."""
    with closing(reader(path)) as connection:
        rows = connection.execute(f"SELECT {_MEMBER} FROM members ORDER BY rowid")  # noqa: S608
        yield from (_member_of(row) for row in rows)


def members_of(connection: sqlite3.Connection, collection: str, national_id: str) -> list[MemberRow]:
    """The source records of one golden record, in founding order."""
    query = f"SELECT {_MEMBER} FROM members WHERE national_id = ? AND collection = ? ORDER BY rowid"  # noqa: S608
    return [_member_of(row) for row in connection.execute(query, [national_id, collection])]


def homes_of(connection: sqlite3.Connection, key: RecordKey) -> list[str]:
    """The golden record that a source record is part of, if it is in the catalogue."""
    query = "SELECT national_id FROM members WHERE network = ? AND local_id = ? AND collection = ?"
    return [row[0] for row in connection.execute(query, [key.source, key.local_id, key.collection])]


def edges(path: Path) -> Iterator[EdgeRow]:
    """Why records were joined, as it was written."""
    with closing(reader(path)) as connection:
        columns = "collection, left_network, left_id, right_network, right_id, log_odds, parts"
        for *ends, log_odds, parts in connection.execute(f"SELECT {columns} FROM edges ORDER BY rowid"):  # noqa: S608
            collection, left_network, left_id, right_network, right_id = ends
            yield EdgeRow(
                collection=collection,
                left_network=left_network,
                left_id=left_id,
                right_network=right_network,
                right_id=right_id,
                log_odds=log_odds,
                parts=orjson.loads(parts),
            )


def identifiers(path: Path) -> Iterator[IssuedId]:
    """Every identifier, in order."""
    with closing(reader(path)) as connection:
        for row in connection.execute("SELECT id, collection, state, leads_to FROM identifiers ORDER BY id"):
            yield IssuedId(id=row[0], collection=row[1], state=row[2], leads_to=row[3])


@contextmanager
def names(path: Path) -> Iterator[Callable[[str], str | None]]:
    """Look actors' names up by national id."""
    with closing(reader(path)) as connection:

        def name_of(national_id: str) -> str | None:
            row = connection.execute("SELECT name FROM actors WHERE id = ?", [national_id]).fetchone()
            return row[0] if row else None

        yield name_of


def content(path: Path) -> str | None:
    """The content hash that a catalogue was written with; None when it cannot be read."""
    try:
        with closing(reader(path)) as connection:
            return str(connection.execute("SELECT value FROM meta WHERE key = 'content'").fetchone()[0])
    except (sqlite3.Error, TypeError):
        return None


def _actor(line: PublicLine, parsed: JSON) -> tuple[Any, ...]:
    seat = parsed.get("seat") or {}
    here = territory(seat) if seat else territory({"country": ""})
    return (
        line.id,
        parsed["name"],
        parsed.get("acronym"),
        parsed.get("type"),
        seat.get("city"),
        seat.get("insee"),
        seat.get("postcode"),
        here.department,
        here.region,
        seat.get("lat"),
        seat.get("lon"),
        seat.get("precision"),
        parsed.get("website"),
        len(parsed.get("sources", ())),
        int(line.open),
        line.raw.decode(),
    )


def _project(line: PublicLine, parsed: JSON) -> tuple[Any, ...]:
    lead = parsed.get("lead") or {}
    place: JSON = next((place for place in parsed.get("places", ()) if place.get("lat") is not None), {})
    return (
        line.id,
        parsed["title"],
        parsed.get("stage"),
        lead.get("national_id"),
        lead.get("name"),
        parsed.get("starts_on"),
        parsed.get("ends_on"),
        place.get("lat"),
        place.get("lon"),
        line.raw.decode(),
    )


def _announcement(line: PublicLine, parsed: JSON) -> tuple[Any, ...]:
    place = parsed.get("place") or {}
    return (
        line.id,
        parsed["title"],
        parsed.get("kind"),
        *(parsed.get(moment) for moment in ("starts_at", "ends_at", "opens_at", "closes_at")),
        place.get("city"),
        place.get("lat"),
        place.get("lon"),
        line.raw.decode(),
    )


_ROWS: dict[str, Callable[[PublicLine, JSON], tuple[Any, ...]]] = {
    "actor": _actor,
    "project": _project,
    "announcement": _announcement,
}


def _partners(project: str, parsed: JSON) -> Iterator[tuple[str, str, str]]:
    roles = [("lead", parsed.get("lead") or {})]
    roles += [("partner", partner) for partner in parsed.get("partners", ())]
    roles += [("funder", funder) for funder in parsed.get("funders", ())]
    yield from dict.fromkeys((project, who["national_id"], role) for role, who in roles if who.get("national_id"))


def _member_of(row: tuple[Any, ...]) -> MemberRow:
    collection, national_id, network, local_id, modified_on, payload = row
    return MemberRow(
        collection=collection,
        national_id=national_id,
        network=network,
        local_id=local_id,
        modified_on=modified_on,
        payload=payload,
    )


def _member(row: MemberRow) -> tuple[Any, ...]:
    return row.collection, row.national_id, row.network, row.local_id, row.modified_on, row.payload.decode()


def _edge(row: EdgeRow) -> tuple[Any, ...]:
    parts = orjson.dumps(row.parts).decode()
    return row.collection, row.left_network, row.left_id, row.right_network, row.right_id, row.log_odds, parts


def _network(entry: JSON) -> tuple[Any, ...]:
    harvest = orjson.dumps(entry["harvest"]).decode() if entry["harvest"] else None
    return entry["id"], entry["title"], orjson.dumps(entry["regions"]).decode(), entry["website"], harvest
