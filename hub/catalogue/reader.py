"""The catalogue as it is read: one release folder, immutable, and nothing of the working database.

Records come back as the bytes that were published. Any number of threads may read one catalogue, and any number of
machines a copy of its folder.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import orjson

from hub.catalogue import changes, database
from hub.catalogue.journal import Journal
from hub.catalogue.readonly import ReadOnly
from hub.distributions import checksums
from hub.distributions.formats import NAMES
from hub.model.release import NetworkEntry, ReleaseManifest
from hub.search import SearchIndex
from schemas.canonical import JSON
from schemas.errors import ConfigError

_AGENDA = """
WITH dated AS (
    SELECT announcements.id, coalesce(julianday(starts_at), julianday(closes_at)) AS first,
        coalesce(julianday(ends_at), julianday(starts_at), julianday(closes_at)) AS last
    FROM json_each(?) JOIN announcements ON announcements.id = value
), placed AS (
    SELECT id, first, CASE WHEN last IS NULL THEN 1 WHEN last >= julianday(?) THEN 0 ELSE 2 END AS place FROM dated
)
SELECT id FROM placed ORDER BY place, CASE place WHEN 2 THEN -first ELSE first END, id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """One source record of a golden record; `record` is its public part, as its network stated it."""

    network: str
    local_id: str
    modified_on: str | None
    record: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Why two source records were joined. parts: {"name", "weight", "text_fr"}, in log-odds."""

    left_network: str
    left_id: str
    right_network: str
    right_id: str
    log_odds: float
    parts: list[JSON]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLink:
    """A project of an actor. role: "lead", "partner" or "funder"."""

    id: str
    title: str
    role: str


class Catalogue:
    """One release, opened for reading."""

    def __init__(self, folder: Path, manifest: ReleaseManifest, search: SearchIndex) -> None:
        self._folder = folder
        self._database = ReadOnly(folder / "catalogue.sqlite")
        self.manifest, self.search = manifest, search

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Raises ConfigError when the folder is not a whole release."""
        folder = folder.resolve()
        try:
            manifest = ReleaseManifest.from_json(orjson.loads((folder / "manifest.json").read_bytes()))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"no release in {folder}: {error}") from error
        if not (folder / "catalogue.sqlite").is_file():
            raise ConfigError(f"no catalogue.sqlite in {folder}")
        return cls(folder, manifest, SearchIndex.open(folder / "index"))

    def actor(self, national_id: str) -> bytes | None:
        return self.record("actor", national_id)

    def project(self, national_id: str) -> bytes | None:
        return self.record("project", national_id)

    def announcement(self, national_id: str) -> bytes | None:
        return self.record("announcement", national_id)

    def record(self, collection: str, national_id: str) -> bytes | None:
        """The published record of a collection, to the byte."""
        table = NAMES[collection]
        row = self._database.one(f"SELECT CAST(payload AS BLOB) FROM {table} WHERE id = ?", national_id)  # noqa: S608
        return row[0] if row else None

    def agenda(self, announcements: Iterable[str]) -> list[str]:
        """These announcements as a diary shows them on the day of the release: what is to come, the soonest first; what
        has no date; what is over, the latest first. A call is dated by its closing."""
        moment = self.manifest.created_at.isoformat()
        rows = self._database.all(_AGENDA, [orjson.dumps(list(announcements)).decode(), moment])
        return [row[0] for row in rows]

    def resolve_id(self, national_id: str) -> tuple[str, str] | None:
        """("live", id), ("redirect", where it leads now) or ("gone", id); None for what was never issued."""
        row = self._database.one("SELECT state, coalesce(leads_to, id) FROM identifiers WHERE id = ?", national_id)
        return (row[0], row[1]) if row else None

    def members(self, national_id: str) -> list[SourceRecord]:
        """The source records of a golden record, in founding order."""
        rows = self._database.all(
            "SELECT network, local_id, modified_on, payload FROM members WHERE national_id = ? ORDER BY rowid",
            [national_id],
        )
        return [
            SourceRecord(network=network, local_id=local_id, modified_on=modified_on, record=orjson.loads(payload))
            for network, local_id, modified_on, payload in rows
        ]

    def home(self, collection: str, network: str, local_id: str) -> str | None:
        """The golden record that is made of a source record."""
        row = self._database.one(
            "SELECT national_id FROM members WHERE (network, local_id, collection) = (?, ?, ?)",
            network,
            local_id,
            collection,
        )
        return row[0] if row else None

    def homes(self, collection: str) -> dict[tuple[str, str], str]:
        """(network, local id) of every source record of a collection -> the golden record that is made of it."""
        rows = self._database.all(
            "SELECT network, local_id, national_id FROM members WHERE collection = ? ORDER BY rowid", [collection]
        )
        return {(network, local_id): national_id for network, local_id, national_id in rows}

    def lines(self, collection: str) -> Iterator[tuple[str, bytes, bool]]:
        """(id, published bytes, whether it is open data) of every record of a collection, in order of id."""
        return database.lines(self._folder / "catalogue.sqlite", collection)

    def edges(self, national_id: str) -> list[Edge]:
        """Why the source records of a golden record were joined, strongest reason first."""
        rows = self._database.all(
            "SELECT left_network, left_id, right_network, right_id, log_odds, parts FROM members"
            " JOIN edges ON left_network = network AND left_id = local_id AND edges.collection = members.collection"
            " WHERE national_id = ? ORDER BY log_odds DESC, left_network, left_id, right_network, right_id",
            [national_id],
        )
        return [
            Edge(
                left_network=left_network,
                left_id=left_id,
                right_network=right_network,
                right_id=right_id,
                log_odds=log_odds,
                parts=orjson.loads(parts),
            )
            for left_network, left_id, right_network, right_id, log_odds, parts in rows
        ]

    def projects_of(self, actor: str) -> list[ProjectLink]:
        """The projects that an actor leads, joins or funds, by title."""
        rows = self._database.all(
            "SELECT id, title, role FROM project_actors JOIN projects ON id = project_id WHERE actor_id = ?"
            " ORDER BY title, id, role",
            [actor],
        )
        return [ProjectLink(id=national_id, title=title, role=role) for national_id, title, role in rows]

    def open_data(self, actors: Iterable[str]) -> Iterator[bytes]:
        """Those of these actors that agreed to be open data, in the same order: what an export may hold."""
        for national_id in actors:
            row = self._database.one("SELECT CAST(payload AS BLOB) FROM actors WHERE id = ? AND open", national_id)
            if row:
                yield row[0]

    @cached_property
    def journal(self) -> Journal:
        """Since when each record says what it says. Raises ConfigError when an older hub made this release."""
        path = self._folder / changes.NAME
        if not path.is_file():
            raise ConfigError(f"{self._folder} has no {changes.NAME}: publish again with this version of the hub")
        return Journal(path)

    def networks(self) -> tuple[NetworkEntry, ...]:
        return self.manifest.networks

    def statistics(self) -> JSON:
        """`statistics.json`, shared: do not change it."""
        return self._statistics

    def file(self, name: str) -> Path | None:
        """A file that the public may download, by its path in the manifest."""
        return self._folder / name if name in self.sums else None

    @cached_property
    def sums(self) -> Mapping[str, str]:
        """Every file that the public may download -> its SHA-256 in hexadecimal, as the release's own list says."""
        return checksums.read(self._folder)

    @cached_property
    def _statistics(self) -> JSON:
        read: JSON = orjson.loads((self._folder / "statistics.json").read_bytes())
        return read
