"""Drafting: the files of a release, as tasks that several processes share.

    snapshot ──┬─► catalogue.sqlite ──► search index, site
               ├─► tables, lines, linked data, provenance    of each collection, a walk each
               ├─► source records, identifiers
               ├─► statistics
               └─► lines ──► deltas ──► changes.sqlite

Each task walks the snapshot itself and passes what it reads from writer to writer; none knows of another.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from hub.catalogue import changes, database
from hub.distributions import deltas, files, formats, history, site, tabulated
from hub.distributions.batch import batches
from hub.distributions.contents import Contents, Outline, parsed
from hub.distributions.deltas import Base
from hub.distributions.formats import Format
from hub.model.release import DeltaEntry, FileEntry
from hub.stages import indexing, static_site
from hub.stages.crew import Task
from hub.statistics import OPEN, Statistics

CATALOGUE, STATISTICS = "catalogue.sqlite", "statistics.json"
_DELTAS = "deltas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A release to be written into a folder. contents: a snapshot. bases: where its deltas start from."""

    folder: Path
    name: str
    now: datetime
    contents: Contents
    expected: Outline
    previous: Path | None
    bases: Sequence[Base]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The entries of the files of a draft, in the order of the manifest, and its deltas."""

    files: tuple[FileEntry, ...]
    deltas: tuple[DeltaEntry, ...]


def tasks(draft: Draft) -> list[Task]:
    """What it takes to write every file of a draft but those that describe the others, the longest work first."""
    return [
        Task(name=CATALOGUE, work=partial(_catalogue, draft)),
        *_group(draft, "tables"),
        Task(name=indexing.FOLDER, work=partial(_index, draft), after=(CATALOGUE,)),
        Task(name=site.NAME, work=partial(_site, draft), after=(CATALOGUE,)),
        *(task for group in formats.GROUPS if group != "tables" for task in _group(draft, group)),
        Task(name=STATISTICS, work=partial(_statistics, draft)),
        *(
            Task(name=files.records(collection), work=partial(_sources, draft, collection))
            for collection in draft.expected.downloaded
        ),
        Task(name=history.NAME, work=partial(_history, draft)),
        Task(
            name=_DELTAS,
            work=partial(_deltas, draft),
            makes=(changes.NAME,),
            after=(history.NAME, *(_name(collection, "lines") for collection in draft.expected.downloaded)),
        ),
    ]


def written(draft: Draft, found: Mapping[str, Any]) -> Written:
    """What the tasks of a draft wrote. found: what each returned, by name."""
    told, dated, changed = found[_DELTAS]
    names = [
        name
        for collection in draft.expected.downloaded
        for name in (*(_name(collection, group) for group in formats.GROUPS), files.records(collection))
    ]
    listed = [entry for name in (*names, history.NAME, CATALOGUE, STATISTICS) for entry in found[name]]
    return Written(files=(*listed, dated, *found[site.NAME], *changed), deltas=told)


def _group(draft: Draft, group: str) -> Iterator[Task]:
    """The files of one group of formats, of each collection."""
    for collection in draft.expected.downloaded:
        yield Task(
            name=_name(collection, group),
            work=partial(_formats, draft, collection, formats.GROUPS[group]),
            makes=tuple(form.path(collection) for form in formats.GROUPS[group]),
        )


def _name(collection: str, group: str) -> str:
    return f"{formats.NAMES[collection]} ({group})"


def _formats(draft: Draft, collection: str, group: Sequence[Format]) -> list[FileEntry]:
    passing = batches(collection, (line.raw for line in draft.contents.lines[collection] if line.open))
    for form in group:
        passing = form.write(draft.folder / form.path(collection), collection, passing, draft.contents.signed)
    deque(passing, maxlen=0)
    return [files.of_format(draft.folder, draft.expected, collection, form) for form in group]


def _sources(draft: Draft, collection: str) -> list[FileEntry]:
    return [files.write_records(draft.folder, draft.contents, draft.expected, collection)]


def _history(draft: Draft) -> list[FileEntry]:
    return [files.write_history(draft.folder, draft.contents, draft.expected)]


def _catalogue(draft: Draft) -> list[FileEntry]:
    catalogue = database.CatalogueFile(draft.folder / CATALOGUE)
    try:
        for collection, lines in draft.contents.lines.items():
            deque(catalogue.write(collection, parsed(lines)), maxlen=0)
        catalogue.finish(draft.contents, draft.expected.content)
    finally:
        catalogue.close()
    if draft.expected.open != draft.expected.shown:
        return []  # or the database would give away what is not open data
    return [
        files.entry(
            draft.folder / CATALOGUE,
            rows=sum(ids.count for ids in draft.expected.downloaded.values()),
            media_type="application/vnd.sqlite3",
            title="Tout le catalogue en une base de données (SQLite)",
            title_en="The whole catalogue as one database (SQLite)",
        )
    ]


def _statistics(draft: Draft) -> list[FileEntry]:
    figures = Statistics({network.id: network.title for network in draft.contents.networks})
    for counted in draft.contents.counted:
        figures.add("actor", counted, "known")
    for collection, lines in draft.contents.lines.items():
        for line, says in parsed(lines):
            figures.add(collection, says, OPEN if line.open else "published")
    told = draft.contents.signed.told | figures.as_json()
    (draft.folder / STATISTICS).write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    tabulated.write(draft.folder, told, draft.contents.signed)
    whole = files.entry(
        draft.folder / STATISTICS,
        rows=None,
        media_type="application/json",
        title="Statistiques, avec leurs définitions (JSON)",
        title_en="Statistics, with their definitions (JSON)",
    )
    return [whole, *tabulated.entries(draft.folder)]


def _deltas(draft: Draft) -> tuple[tuple[DeltaEntry, ...], FileEntry, list[FileEntry]]:
    told = deltas.write(draft.folder, draft.bases, draft.expected.digests)
    dated = changes.write(draft.folder, draft.previous, told, draft.now)
    return told, dated, list(deltas.files(draft.folder, told))


def _index(draft: Draft) -> None:
    indexing.build(
        draft.folder,
        {name: (says for _, says in parsed(lines)) for name, lines in draft.contents.lines.items()},
    )


def _site(draft: Draft) -> list[FileEntry]:
    said = draft.contents
    return list(static_site.write(draft.folder, draft.name, draft.now, said.notice, said.signed, said.networks))
