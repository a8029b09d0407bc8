"""What a file would change in the node, row by row, before anything is changed.

`check` shows a plan and `ingest` carries it out: there is no second way of deciding.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import orjson

from connectors.connector import FileNote, RowIssue
from connectors.mapping import Coverage
from node.difference import Difference, differences
from node.errors import LossRefused
from node.reading import Candidate, Reading
from node.store.records import Held, Statement
from schemas.record import Issue, Severity

# A file may lose half of what its origin gave before anyone has to confirm, and treble it before anyone is warned.
_GROWTH = 3


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    KEPT_BACK = "kept_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """A row and its verdict. differences: for a changed record only."""

    candidate: Candidate
    verdict: Verdict
    differences: tuple[Difference, ...] = ()

    @property
    def has_issues(self) -> bool:
        """Whether something is wrong with the row, advice apart."""
        return any(one.issue.severity is not Severity.ADVICE for one in self.candidate.issues)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """before: how many live records the origin had. vanished: ids it no longer names."""

    file: str
    origin: str
    collection: str
    rows: tuple[PlannedRow, ...]
    vanished: tuple[str, ...]
    before: int
    notes: tuple[FileNote, ...]
    coverage: Coverage

    def having(self, verdict: Verdict) -> tuple[PlannedRow, ...]:
        return tuple(row for row in self.rows if row.verdict is verdict)

    @property
    def counts(self) -> dict[str, int]:
        """rows = accepted + kept_back; accepted = new + changed + same."""
        found = Counter(row.verdict for row in self.rows)
        return {
            "rows": len(self.rows),
            "accepted": len(self.rows) - found[Verdict.KEPT_BACK],
            "issues": sum(row.has_issues for row in self.rows),
            "kept_back": found[Verdict.KEPT_BACK],
            "new": found[Verdict.NEW],
            "changed": found[Verdict.CHANGED],
            "same": found[Verdict.SAME],
            "vanished": len(self.vanished),
        }

    @property
    def loss(self) -> str | None:
        """Why this file must not be stored without confirmation; None when it may."""
        accepted = self.counts["accepted"]
        if accepted * 2 >= self.before:
            return None
        return (
            f"« {self.file} » donne {accepted} fiches valables alors que l'origine « {self.origin} » en comptait "
            f"{self.before} : moins de la moitié. Rien n'a été enregistré. Vérifiez que le fichier est complet et que "
            "la correspondance est la bonne ; si cette perte est voulue, recommencez avec --confirm-loss."
        )

    @property
    def growth(self) -> str | None:
        """A warning when the file gives far more than before."""
        accepted = self.counts["accepted"]
        if self.before == 0 or accepted <= self.before * _GROWTH:
            return None
        return (
            f"« {self.file} » donne {accepted} fiches alors que l'origine « {self.origin} » en comptait "
            f"{self.before} : plus de {_GROWTH} fois plus. Vérifiez qu'il s'agit du bon fichier."
        )

    @property
    def statements(self) -> tuple[Statement, ...]:
        """What the store has to be told: puts in the order of the file, then withdrawals by id."""
        puts = (
            Statement(
                collection=self.collection,
                local_id=str(row.candidate.id),
                origin=self.origin,
                payload=row.candidate.payload,
                words=row.candidate.words,
            )
            for row in self.rows
            if row.verdict in (Verdict.NEW, Verdict.CHANGED)
        )
        withdrawn = (
            Statement(collection=self.collection, local_id=local_id, origin=self.origin, payload=None)
            for local_id in self.vanished
        )
        return (*puts, *withdrawn)


def compare(
    reading: Reading, held: Mapping[str, Held], recall: Callable[[str], bytes], *, erased: Mapping[str, str]
) -> Plan:
    """Decide what becomes of each row.

    held:   every record of the reading's collection the store knows, by id.
    recall: the stored payload of a live record.
    erased: ids whose erasure was asked for, and when (RFC 3339): their rows are kept back.
    A row that cannot be stored keeps its record as it is: a record vanishes only when no row names it.
    """
    twins_told = _without_twins(reading.candidates)
    candidates = tuple(_without_erased(one, reading.collection, erased) for one in twins_told)
    rows = tuple(_planned(_without_stranger(one, reading.origin, held), held, recall) for one in candidates)
    ours = {local_id for local_id, known in held.items() if known.hash and known.origin == reading.origin}
    return Plan(
        file=reading.file,
        origin=reading.origin,
        collection=reading.collection,
        rows=rows,
        vanished=tuple(sorted(ours - {candidate.id for candidate in candidates})),
        before=len(ours),
        notes=reading.notes,
        coverage=reading.coverage,
    )


def require_no_loss(plan: Plan) -> None:
    """Raises LossRefused when the plan needs a confirmation."""
    if plan.loss:
        raise LossRefused(plan.loss)


def _planned(candidate: Candidate, held: Mapping[str, Held], recall: Callable[[str], bytes]) -> PlannedRow:
    if candidate.payload is None or candidate.id is None:
        return PlannedRow(candidate=candidate, verdict=Verdict.KEPT_BACK)
    known = held.get(candidate.id)
    if known is None or known.hash is None:
        return PlannedRow(candidate=candidate, verdict=Verdict.NEW)
    if known.hash == candidate.hash:
        return PlannedRow(candidate=candidate, verdict=Verdict.SAME)
    found = differences(orjson.loads(recall(candidate.id)), orjson.loads(candidate.payload))
    return PlannedRow(candidate=candidate, verdict=Verdict.CHANGED, differences=found)


def _without_twins(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Of rows with one id, the first stands and the others are kept back; every one of them names them all."""
    places: dict[str, list[int]] = {}
    for candidate in candidates:
        if candidate.id is not None:
            places.setdefault(candidate.id, []).append(candidate.row)
    return tuple(_told_of_twins(one, places.get(one.id or "", [])) for one in candidates)


def _told_of_twins(candidate: Candidate, rows: list[int]) -> Candidate:
    if len(rows) < 2:
        return candidate
    is_first = candidate.row == rows[0]
    named = ", ".join(str(row) for row in rows)
    message = (
        f"Les lignes {named} portent le même identifiant « {candidate.id} ». La ligne {rows[0]} est retenue, les "
        "autres sont mises de côté : donnez à chaque structure son propre identifiant, ou supprimez les doublons."
    )
    severity = Severity.WARNING if is_first else Severity.ERROR
    told = (*candidate.issues, _issue(candidate, "duplicate-id", severity, message))
    return replace(candidate, issues=told, payload=candidate.payload if is_first else None)


def _without_erased(candidate: Candidate, collection: str, erased: Mapping[str, str]) -> Candidate:
    """What was erased on request is not stated by a file that still holds it. Nothing else is told of the row: what is
    told is kept, and would keep of the record what was to be forgotten."""
    asked_at = erased.get(candidate.id or "")
    if asked_at is None:
        return candidate
    day = datetime.fromisoformat(asked_at).strftime("%d/%m/%Y")
    which = candidate.id if collection == "actor" else f"{candidate.id} --collection {collection}"
    message = (
        f"Cette fiche a été effacée le {day} à votre demande : elle n'est plus transmise. Supprimez cette ligne de "
        f"votre tableau. Pour la publier de nouveau : « rrma-node erasure lift {which} », puis enregistrez le tableau."
    )
    return replace(candidate, issues=(_issue(candidate, "erased-on-request", Severity.ERROR, message),), payload=None)


def _without_stranger(candidate: Candidate, origin: str, held: Mapping[str, Held]) -> Candidate:
    """A record belongs to the origin that stated it first, as long as that origin holds it."""
    known = held.get(candidate.id) if candidate.id else None
    if known is None or known.hash is None or known.origin == origin:
        return candidate
    message = (
        f"L'identifiant « {candidate.id} » est déjà utilisé par l'origine « {known.origin} ». Donnez-lui un autre "
        "identifiant dans ce fichier, ou retirez d'abord la fiche de l'autre fichier."
    )
    told = (*candidate.issues, _issue(candidate, "id-of-another-origin", Severity.ERROR, message))
    return replace(candidate, issues=told, payload=None)


def _issue(candidate: Candidate, code: str, severity: Severity, message: str) -> RowIssue:
    issue = Issue(code=code, pointer="/id", severity=severity, message=message)
    return RowIssue(row=candidate.row, sheet=candidate.sheet, read=candidate.id, issue=issue)
