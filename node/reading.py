"""From a network's file to what its rows would state: opened, mapped, validated, and cut at the border.

    file ──► rows ──► mapping ──► validator ──► border ──► candidates
                                      └──► issues, with row, column and what was read

Nothing of the store is read or written here.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors import mapping as mappings
from connectors.connector import FileNote, RawRow, RowIssue
from connectors.mapping import Coverage, Mapped, Mapping
from node.border import Border
from node.store import listing
from schemas.canonical import JSON, NotIJson, canonical, hash_of
from schemas.feed import MAX_LINE_BYTES
from schemas.record import Issue, Severity
from schemas.registry import LATEST
from schemas.validate import is_fit, issues

# A line of the feed also holds seq, id, hash and dates.
_MAX_RECORD_BYTES = MAX_LINE_BYTES - 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What one row would state.

    id:      None when the row has none that can be read.
    payload: canonical JSON as it would leave the node; None when the row is unfit.
    label:   what a person knows the record by.
    words:   see node.store.records.Statement.
    """

    row: int
    sheet: str | None
    id: str | None
    payload: bytes | None
    label: str
    words: str | None
    issues: tuple[RowIssue, ...]

    @property
    def hash(self) -> str | None:
        return None if self.payload is None else hash_of(self.payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A whole file as candidates, in its order. origin: what a later file of the same mapping replaces."""

    file: str
    origin: str
    collection: str
    candidates: tuple[Candidate, ...]
    notes: tuple[FileNote, ...]
    coverage: Coverage


def read(file: Path, mapping: Mapping, *, border: Border, perimeter: Collection[str]) -> Reading:
    """Read a file to its end.

    perimeter: INSEE region codes of the network.
    Raises UnreadableFile when the file is no table, ConfigError when the mapping does not fit its headings.
    """
    table = mappings.open_for(mapping, file)
    coverage = Coverage(mapping, table.columns)
    candidates = tuple(_candidates(table.rows, mapping, coverage, border, perimeter))
    return Reading(
        file=file.name,
        origin=mapping.name,
        collection=mapping.collection,
        candidates=candidates,
        notes=table.notes,
        coverage=coverage,
    )


def issue_json(found: RowIssue) -> JSON:
    """An issue with the place it comes from, as every report and the list of rows kept back have it."""
    return {"column": found.column, "read": found.read, **found.issue.as_json()}


def _candidates(
    rows: Iterator[RawRow], mapping: Mapping, coverage: Coverage, border: Border, perimeter: Collection[str]
) -> Iterator[Candidate]:
    for row in rows:
        mapped = mappings.apply(mapping, row)
        coverage.add(row, mapped)
        yield _candidate(mapped, mapping.collection, border, perimeter)


def _candidate(mapped: Mapped, collection: str, border: Border, perimeter: Collection[str]) -> Candidate:
    payload = mapped.payload or {}
    found = issues(LATEST[collection], payload, perimeter=perimeter) if payload else ()
    told = (*mapped.issues, *map(mapped.locate, found))
    stated, words = None, None
    if payload and is_fit(one.issue for one in told):
        crossed = border.crossed(collection, payload, found)
        words = listing.words(collection, crossed)
        try:
            stated = _spelt(crossed)
        except NotIJson as error:
            told = (*told, mapped.locate(_unspeakable(str(error))))
    return Candidate(
        row=mapped.row,
        sheet=mapped.sheet,
        id=mapped.id,
        payload=stated,
        label=str(payload.get("name") or payload.get("title") or ""),
        words=words,
        issues=told,
    )


def _spelt(payload: JSON) -> bytes:
    """Canonical JSON. Raises NotIJson when the feed could not carry it."""
    spelt = canonical(payload)
    if len(spelt) > _MAX_RECORD_BYTES:
        raise NotIJson(f"{len(spelt)} octets")
    return spelt


def _unspeakable(reason: str) -> Issue:
    return Issue(
        code="not-transmissible",
        pointer="",
        severity=Severity.ERROR,
        message=f"La fiche ne peut pas être transmise ({reason}) : raccourcissez ses textes "
        f"({_MAX_RECORD_BYTES} octets au plus) et retirez les caractères invisibles.",
    )
