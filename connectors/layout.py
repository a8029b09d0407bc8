"""Whether a file is of the kind that a mapping describes."""

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from connectors.connector import LIMITS, FileNote, Limits, Table, UnreadableFile, open_table
from connectors.headings import heading_key
from connectors.rules import Mapping
from connectors.targets import required
from schemas.record import Severity


def open_for(mapping: Mapping, path: Path, *, limits: Limits = LIMITS) -> Table:
    """Open a file as its mapping says, and note the headings that it lacks.

    Raises UnreadableFile, also when it lacks headings without which no row could be read: those of the id, and of
    what every record must state.
    """
    settings = mapping.file
    table = open_table(
        path,
        sheet=settings.sheet,
        header_row=settings.header_row,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        limits=limits,
    )
    here = {heading_key(column) for column in table.columns}
    unread = {heading_key(rule.heading) for rule in mapping.rules if not rule.targets}
    named = reversed(list(mapping.headings().items()))
    missing = [heading for key, heading in named if key not in here | unread]
    vital = set(vital_headings(mapping, here))
    if lacking := [heading for heading in missing if heading in vital]:
        raise UnreadableFile(
            path,
            "columns-missing",
            f"ce fichier n'est pas celui que décrit la correspondance « {mapping.name} » : il lui manque "
            f"{_listed(lacking)}. Ses colonnes : {_listed(table.columns[:20])}. Vérifiez le fichier, sa ligne de "
            "titres ou la correspondance choisie.",
        )
    if not missing:
        return table
    free = [column for column in table.columns if heading_key(column) not in mapping.headings()]
    return replace(table, notes=(*table.notes, _note(missing, free)))


def vital_headings(mapping: Mapping, here: set[str]) -> tuple[str, ...]:
    """Headings of the id, and those of a required property that no constant and no other heading of `here` gives."""
    vital = [*mapping.id.columns[:1]] if mapping.id.derived else [*mapping.id.columns]
    for name in required(mapping.collection):
        sources = [rule.heading for rule in mapping.rules if any(one.steps[0] == name for one in rule.targets)]
        if name not in mapping.constants and not any(heading_key(one) in here for one in sources):
            vital += sources
    return tuple(vital)


def _note(missing: list[str], free: list[str]) -> FileNote:
    """One note for all the headings that are not there; each with the unused column that most resembles it."""
    by_key = {heading_key(column): column for column in free}
    told = []
    for heading in missing:
        near = get_close_matches(heading_key(heading), by_key, n=1, cutoff=0.6)
        told.append(f"« {heading} »" + (f" (serait-ce « {by_key[near[0]]} » ?)" if near else ""))
    many = len(missing) > 1
    return FileNote(
        code="missing-column",
        severity=Severity.WARNING,
        message=f"{'des colonnes' if many else 'une colonne'} de la correspondance {'manquent' if many else 'manque'} "
        f"au fichier : {', '.join(told)}.",
    )


def _listed(headings: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"« {heading} »" for heading in headings)
