"""The changes of a release as they are read: newest first for feeds, oldest first for those who harvest."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from hub.catalogue.readonly import ReadOnly

_NO_DEPARTURES = "(SELECT '' AS part, '' AS id, '' AS left_at WHERE 0)"
_COLUMNS = "changes.id, collection, added_at, changed_at, revision, gone, kind, regions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Since when a record says what it says.

    added_at, changed_at: the time of a release, in UTC to the second: "2026-11-03T02:41:00Z".
    revision: how many times it changed, left or came back since it was added.
    gone:     it is no longer open data; `changed_at` is when it left.
    kind:     from the broadest to the narrowest: "actor:ASSO:ASSO-ASI".
    """

    id: str
    collection: str
    added_at: str
    changed_at: str
    revision: int
    gone: bool
    kind: str
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the changes; what is empty leaves nothing out.

    kind:   as "actor" or "actor:ASSO", with all that is narrower.
    region: a code, or "*" for whatever has a region.
    since, until: moments as in `Change.changed_at`, both included.
    """

    kind: str = ""
    region: str = ""
    since: str = ""
    until: str = ""

    @property
    def spec(self) -> str:
        """The set of OAI-PMH that it is; "" for everything."""
        return self.kind or {"": "", "*": "region"}.get(self.region, f"region:{self.region}")

    @property
    def condition(self) -> tuple[str, list[Any]]:
        """As SQL, with its values. GLOB, since kinds and codes hold no wildcard and LIKE would ignore capitals."""
        parts = {
            "(kind = ? OR kind GLOB ?)": [self.kind, f"{self.kind}:*"] if self.kind else [],
            "regions GLOB ?": [f"* {self.region} *"] if self.region else [],
            "changed_at >= ?": [self.since] if self.since else [],
            "changed_at <= ?": [self.until] if self.until else [],
        }
        asked = {text: values for text, values in parts.items() if values}
        return " AND ".join(asked) or "1", [value for values in asked.values() for value in values]


class Journal:
    """`changes.sqlite` of a release."""

    def __init__(self, path: Path) -> None:
        self._database = ReadOnly(path)
        tables = self._database.all("SELECT 1 FROM sqlite_master WHERE name = 'departures'")
        self._departures = "departures" if tables else _NO_DEPARTURES  # an older hub noted none

    def of(self, national_id: str) -> Change | None:
        row = self._database.one(f"SELECT {_COLUMNS} FROM changes WHERE id = ?", national_id)  # noqa: S608
        return _change(row) if row else None

    def recent(self, limit: int) -> list[Change]:
        """The last changes, those that left among them; newest first."""
        return self._read("changes ORDER BY changed_at DESC, id LIMIT ?", [limit])

    def among(self, ids: Iterable[str], limit: int) -> list[Change]:
        """Of these records, those that are open data and changed last; newest first."""
        listed = orjson.dumps(list(ids)).decode()
        return self._read(
            "json_each(?) JOIN changes ON changes.id = value WHERE NOT gone"
            " ORDER BY changed_at DESC, changes.id LIMIT ?",
            [listed, limit],
        )

    def count_standing(self) -> int:
        """How many records are open data now."""
        return int(self._database.one("SELECT count(*) FROM changes WHERE NOT gone")[0])

    def standing(self, limit: int, start: int = 0) -> list[Change]:
        """The records that are open data now, in order of id, from the one at `start`."""
        return self._read("changes WHERE NOT gone ORDER BY changes.id LIMIT ? OFFSET ?", [limit, start])

    def first(self) -> str | None:
        """The moment of the oldest change; None without any."""
        moment: str | None = self._database.one("SELECT min(changed_at) FROM changes")[0]
        return moment

    def last(self) -> str | None:
        """The moment of the newest change; None without any."""
        moment: str | None = self._database.one("SELECT max(changed_at) FROM changes")[0]
        return moment

    def parts(self) -> tuple[set[str], set[str]]:
        """Every kind and every region that a record has or had."""
        rows = self._database.all("SELECT DISTINCT kind, regions FROM changes")
        left = {row[0] for row in self._database.all(f"SELECT DISTINCT part FROM {self._departures}")}  # noqa: S608
        regions = {part.partition(":")[2] for part in left if part.startswith("region")} - {""}
        kinds = {part for part in left if not part.startswith("region")}
        return {row[0] for row in rows} | kinds, {code for row in rows for code in row[1].split()} | regions

    def count(self, part: Part) -> int:
        """How many changes `page` gives in all."""
        rows, values = self._changes_of(part)
        return int(self._database.one(f"SELECT count(*) FROM ({rows})", *values)[0])  # noqa: S608

    def page(self, part: Part, after: tuple[str, str], limit: int) -> list[Change]:
        """The changes of a part, oldest first, that come after a moment and an id.

        A record that left the part and goes on elsewhere is told as gone from it: its kind is then the set it left.
        """
        rows, values = self._changes_of(part)
        return self._read(
            f"({rows}) AS changes WHERE (changed_at, id) > (?, ?) ORDER BY changed_at, id LIMIT ?",
            [*values, *after, limit],
        )

    def _changes_of(self, part: Part) -> tuple[str, list[Any]]:
        """As SQL, with its values: the records that are in a part or were when they left, and those that left it."""
        condition, values = part.condition
        inside = f"SELECT {_COLUMNS} FROM changes WHERE {condition}"  # noqa: S608
        if not part.spec:
            return inside, values
        left = (
            "SELECT changes.id, collection, added_at, left_at AS changed_at, revision, 1 AS gone, part AS kind,"  # noqa: S608
            f" '' AS regions FROM {self._departures} AS departures JOIN changes ON changes.id = departures.id"
            " WHERE part = ? AND left_at >= ? AND left_at <= ?"
        )
        return f"{inside} UNION ALL {left}", [*values, part.spec, part.since, part.until or "~"]

    def _read(self, rest: str, values: list[Any]) -> list[Change]:
        return [_change(row) for row in self._database.all(f"SELECT {_COLUMNS} FROM {rest}", values)]  # noqa: S608


def _change(row: tuple[Any, ...]) -> Change:
    national_id, collection, added_at, changed_at, revision, gone, kind, regions = row
    return Change(
        id=national_id,
        collection=collection,
        added_at=added_at,
        changed_at=changed_at,
        revision=revision,
        gone=bool(gone),
        kind=kind,
        regions=tuple(regions.split()),
    )
