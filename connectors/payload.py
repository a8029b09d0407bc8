"""From a row to a payload, by the rules of a mapping.

    row ──► each column: split ──► terms or cleaner ──► its place in the payload
                              └──► issues: what was read, what is expected

Nothing here judges the payload: that is validation. `Mapped.locate` leads what validation finds back to a column.
"""

import hashlib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from functools import lru_cache

from connectors.draft import Draft
from connectors.headings import heading_key, shorten
from connectors.rules import IdRule, Mapping, Rule
from connectors.table import RawRow, RowIssue
from schemas.canonical import JSON
from schemas.record import Issue, Severity
from schemas.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What a row became.

    payload, id: both None when the row has no id; it is then kept back with its issues.
    issues:      of reading and cleaning; an ERROR means that the row cannot be trusted as a whole.
    columns:     JSON Pointer of a value -> heading of the column that gives it, or would.
    unknown:     (column, word) of each word that no table knows.
    lossy:       (column, word, code) of each word whose code says less than the word.
    """

    payload: JSON | None
    id: str | None
    row: int
    sheet: str | None
    issues: tuple[RowIssue, ...]
    columns: Table[str, str] = field(repr=False)
    read: Table[str, str] = field(repr=False)
    unknown: tuple[tuple[str, str], ...] = ()
    lossy: tuple[tuple[str, str, str], ...] = ()

    def column_of(self, pointer: str) -> str | None:
        """The heading of the column behind a place of the payload, be it empty; None when no column is.

        A pointer into a value is led to the value, one to a group to the first column of the group that says something.
        """
        inner = pointer
        while inner:
            if inner in self.columns:
                return self.columns[inner]
            inner = inner.rpartition("/")[0]
        group = pointer + "/"
        headings = [heading for place, heading in self.columns.items() if pointer and place.startswith(group)]
        return next((heading for heading in headings if self.read.get(heading)), headings[0] if headings else None)

    def locate(self, issue: Issue) -> RowIssue:
        """An issue that validation found in the payload, with the row and column it comes from."""
        column = self.column_of(issue.pointer)
        read = None if column is None else shorten(self.read.get(column, ""))
        return RowIssue(row=self.row, sheet=self.sheet, column=column, read=read, issue=issue)


def apply(mapping: Mapping, row: RawRow) -> Mapped:
    """The payload of a row. Never raises, whatever the cells hold."""
    plan = _plan(mapping, tuple(row.values))
    draft = Draft(row, mapping.constants, plan.columns)
    local_id = _id(mapping.id, plan.id_columns, row.values)
    if local_id is None:
        draft.tell(plan.id_columns[0], "", _missing_id(mapping.id))
    for heading, rule in plan.steps:
        text = row.values[heading]
        if text:
            draft.fill(heading, rule, text)
    payload = None if local_id is None else {"id": local_id, **draft.finished()}
    return Mapped(
        payload=payload,
        id=local_id,
        row=row.number,
        sheet=row.sheet,
        issues=(*row.issues, *draft.issues),
        columns=draft.columns,
        read=row.values,
        unknown=tuple(draft.unknown),
        lossy=tuple(draft.lossy),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A mapping held against the headings of one file."""

    id_columns: tuple[str, ...]
    steps: tuple[tuple[str, Rule], ...]
    columns: Table[str, str]


@lru_cache(maxsize=64)
def _plan(mapping: Mapping, columns: tuple[str, ...]) -> _Plan:
    here = {heading_key(column): column for column in columns}
    steps = [(here.get(heading_key(rule.heading)), rule) for rule in mapping.rules if rule.targets]
    id_columns = tuple(here.get(heading_key(column), column) for column in mapping.id.columns)
    pointers = {target.pointer: rule.heading for rule in reversed(mapping.rules) for target in rule.targets}
    return _Plan(
        id_columns=id_columns,
        steps=tuple((heading, rule) for heading, rule in steps if heading is not None),
        columns={"/id": id_columns[0], **{place: here.get(heading_key(one), one) for place, one in pointers.items()}},
    )


def _id(rule: IdRule, columns: tuple[str, ...], values: Table[str, str]) -> str | None:
    parts = [" ".join(values.get(column, "").split()) for column in columns]
    if rule.derived:
        digest = hashlib.sha256("\n".join(map(fold, parts)).encode()).hexdigest()
        return f"auto-{digest[:16]}" if fold(parts[0]) else None
    if not all(parts):
        return None
    text = rule.template
    for name, part in zip(rule.columns, parts, strict=True):
        text = text.replace(f"{{{name}}}", part, 1)
    return text


def _missing_id(rule: IdRule) -> Issue:
    return Issue(
        code="missing-id",
        pointer="/id",
        severity=Severity.ERROR,
        message="l'identifiant de la fiche manque : sans lui, la fiche ne peut pas être suivie d'un envoi à l'autre. "
        f"Remplissez {', '.join(f'« {column} »' for column in rule.columns)}, par exemple A-0042.",
    )
