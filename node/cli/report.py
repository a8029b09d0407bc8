"""A plan as an officer reads it: what each row becomes, what is wrong with it, what to do."""

from collections.abc import Iterator
from typing import Any

from node.cli.output import complain, say, show_table
from node.home import Home
from node.ingest import Ingested
from node.plan import Plan, PlannedRow, Verdict
from node.reading import issue_json
from node.settings import Settings
from node.store import listing
from node.store.engine import reading
from schemas.canonical import JSON
from schemas.record import Severity

_WORDS = {
    Verdict.NEW: "nouvelle",
    Verdict.CHANGED: "modifiée",
    Verdict.SAME: "inchangée",
    Verdict.KEPT_BACK: "mise de côté",
}
_GRAVITY = {Severity.ERROR: "erreur", Severity.WARNING: "à vérifier", Severity.ADVICE: "conseil"}
_LONGEST = 80


def plan_json(plan: Plan, settings: Settings) -> JSON:
    """What both commands tell: the counts, then each row that is not simply unchanged."""
    return {
        "network": settings.network,
        "origin": plan.origin,
        "collection": plan.collection,
        "file": plan.file,
        **plan.counts,
        "loss": plan.loss,
        "growth": plan.growth,
        "notes": [{"code": note.code, "severity": str(note.severity), "message": note.message} for note in plan.notes],
        "coverage": plan.coverage.as_json(),
        "details": [_row_json(row) for row in plan.rows if row.verdict is not Verdict.SAME or row.candidate.issues],
        "withdrawn": list(plan.vanished),
    }


def ingested_json(ingested: Ingested, settings: Settings) -> JSON:
    totals = ingested.state.collections
    return {
        **plan_json(ingested.plan, settings),
        "seq": ingested.state.seq,
        "digest": {name: total.digest for name, total in totals.items()},
    }


def show_changes(plan: Plan) -> None:
    """Row by row: what would be new, changed and how, and which records would go."""
    rows = [cells for row in plan.rows for cells in _change_cells(row)]
    gone = [("", local_id, "retirée", "", "plus dans le fichier") for local_id in plan.vanished]
    if rows or gone:
        show_table("Changements", ("ligne", "identifiant", "fiche", "propriété", "avant → après"), [*rows, *gone])


def show_issues(plan: Plan) -> None:
    rows = [cells for row in plan.rows for cells in _issue_cells(row)]
    if rows:
        show_table("À corriger", ("ligne", "identifiant", "gravité", "colonne", "lu", "que faire"), rows)


def show_summary(plan: Plan) -> None:
    counts = plan.counts
    for note in plan.notes:
        say(f"{_GRAVITY[note.severity]} : {note.message}")
    for line in plan.coverage.sentences():
        say(line)
    say(
        f"« {plan.file} », origine « {plan.origin} » : {counts['rows']} lignes, {counts['accepted']} valables "
        f"({counts['new']} nouvelles, {counts['changed']} modifiées, {counts['same']} inchangées), "
        f"{counts['kept_back']} mises de côté, {counts['issues']} avec une remarque ; "
        f"fiches retirées : {counts['vanished']}."
    )
    if plan.growth:
        complain(f"Attention : {plan.growth}")


def warn_of_counted_only(home: Home) -> None:
    """Say how many bodies that agreed only to be counted are named in what everyone will be able to read."""
    with reading(home.engine) as connection:
        hidden = listing.unlisted(connection)
    if hidden:
        complain(
            f"Attention : {hidden} structure(s) « comptées seulement » figurent, par leur nom, dans un flux ouvert à "
            "tous. Servez-le protégé par un jeton (réglage token_file), ou retirez-les du fichier."
        )


def _row_json(row: PlannedRow) -> JSON:
    candidate = row.candidate
    return {
        "row": candidate.row,
        "sheet": candidate.sheet,
        "id": candidate.id,
        "label": candidate.label,
        "verdict": str(row.verdict),
        "differences": [one.as_json() for one in row.differences],
        "issues": [issue_json(one) for one in candidate.issues],
    }


def _change_cells(row: PlannedRow) -> Iterator[tuple[Any, ...]]:
    candidate, word = row.candidate, _WORDS[row.verdict]
    if row.verdict is Verdict.NEW:
        yield candidate.row, candidate.id, word, "", candidate.label
    for one in row.differences:
        yield candidate.row, candidate.id, word, one.pointer.strip("/"), f"{_brief(one.before)} → {_brief(one.after)}"


def _issue_cells(row: PlannedRow) -> Iterator[tuple[Any, ...]]:
    candidate = row.candidate
    for one in candidate.issues:
        gravity = _WORDS[row.verdict] if one.issue.severity is Severity.ERROR else _GRAVITY[one.issue.severity]
        yield candidate.row, candidate.id or "", gravity, one.column or "", _brief(one.read), one.issue.message


def _brief(value: object) -> str:
    text = "(vide)" if value is None else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
