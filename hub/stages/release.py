"""Release: publish the compiled catalogue as one immutable folder, or nothing.

    contents ──► draft folder ──► gate (every file read back) ──► to disk ──► its name ──► `current`

Whatever stops it, `current` leads to a whole release: the last one until the very end, the new one from then on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import orjson

from hub.catalogue import changes, database
from hub.distributions import deltas, files, formats, kept, shelf, table, tabulated
from hub.distributions.contents import Contents, Outline, Parsed, outline, parsed
from hub.model.imprint import Imprint
from hub.model.licence import licence
from hub.model.release import DeltaEntry, FileEntry, NetworkEntry, ReleaseManifest
from hub.search import SearchIndex
from hub.stages import export_gate, indexing, seal, static_site
from hub.statistics import OPEN, Statistics
from schemas.errors import ConfigError

_CATALOGUE, _STATISTICS = "catalogue.sqlite", "statistics.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A new release, now current."""

    name: str
    folder: Path
    manifest: ReleaseManifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The current release already says all there is to say; no new one was made."""

    name: str
    folder: Path


def publish(
    contents: Contents,
    releases: Path,
    now: datetime,
    *,
    allow_empty: bool = False,
    last_word: Callable[[], None] = lambda: None,
) -> Release | Unchanged:
    """Write, check and switch to a release of these contents.

    releases:  the folder that holds them all; made when missing.
    last_word: asked before the switch; raises whatever speaks against it.
    Raises EmptyCatalogue without actors unless `allow_empty`, ReleaseRefused when a file read back is not what it
    should be, Pinned while a rollback holds, Busy while another one is being written. `current` is as before then.
    """
    with shelf.writing(releases):
        expected, previous = outline(contents), shelf.current(releases)
        if previous and _says(previous, expected):
            return Unchanged(name=previous.name, folder=previous)
        if previous and kept.holds(releases, kept.manifest(previous)):
            raise export_gate.Pinned(
                [f"a rollback holds {previous.name}: `rrma-hub releases resume` lets others follow"]
            )
        if not allow_empty and not expected.shown["actor"].count:
            raise export_gate.EmptyCatalogue(["no actor to publish"])
        name = shelf.name_of(now, expected.content, releases)
        with shelf.draft(releases, name) as folder:
            _write(contents, expected, folder)
            bases = kept.bases(releases, now)
            told = deltas.write(folder, bases, expected.digests)
            dated = changes.write(folder, previous, told, now)
            manifest = seal.seal(folder, _manifest(folder, name, now, contents, expected, previous, told, dated))
            export_gate.check(folder, expected, indexing.reader(folder), bases)
            last_word()
            shelved = shelf.shelve(folder, releases, name)
        return Release(name=name, folder=shelved, manifest=manifest)


def _says(previous: Path, expected: Outline) -> bool:
    """Whether a release has these contents, in a form that this version of the hub can serve."""
    try:
        SearchIndex.open(previous / indexing.FOLDER)
    except ConfigError:
        return False
    return database.content(previous / _CATALOGUE) == expected.content


def _write(contents: Contents, expected: Outline, folder: Path) -> None:
    figures = Statistics({network.id: network.title for network in contents.networks})
    for line in contents.counted:
        figures.add("actor", line, "known")
    catalogue = database.CatalogueFile(folder / _CATALOGUE)
    try:
        for collection, lines in contents.lines.items():
            walk = _counted(figures, collection, catalogue.write(collection, parsed(lines)))
            if collection in expected.downloaded:
                _write_files(walk, collection, contents.signed, folder)
            for _ in walk:
                pass
        catalogue.finish(contents, expected.content)
    finally:
        catalogue.close()
    files.write_beside(contents, expected, folder)
    told = figures.as_json()
    (folder / _STATISTICS).write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    tabulated.write(folder, told, contents.signed)
    indexing.build(folder, {name: (says for _, says in parsed(lines)) for name, lines in contents.lines.items()})


def _write_files(walk: Iterable[Parsed], collection: str, imprint: Imprint, folder: Path) -> None:
    rows = table.rows(collection, (line for line in walk if line[0].open))
    for form in formats.FORMATS:
        rows = form.write(folder / form.path(collection), collection, rows, imprint)
    for _ in rows:
        pass


def _counted(figures: Statistics, collection: str, lines: Iterable[Parsed]) -> Iterator[Parsed]:
    for line in lines:
        figures.add(collection, line[1], OPEN if line[0].open else "published")
        yield line


def _manifest(
    folder: Path,
    name: str,
    now: datetime,
    contents: Contents,
    expected: Outline,
    previous: Path | None,
    told: Sequence[DeltaEntry],
    dated: FileEntry,
) -> ReleaseManifest:
    before = kept.manifest(previous) if previous else None
    offline = static_site.write(folder, name, now, contents.notice, contents.signed, contents.networks)
    return ReleaseManifest(
        release=name,
        created_at=now,
        previous=before.release if before else None,
        counts={collection: ids.count for collection, ids in expected.shown.items()},
        digests=expected.digests,
        previous_digests=before.digests if before else {},
        networks=contents.networks,
        files=(*_files(folder, expected), dated, *offline, *deltas.files(folder, told), *seal.scripts(folder)),
        deltas=tuple(told),
        software=f"rrma-hub/{version('rrma-hub')}",
        licence=contents.licence,
        sources=(*map(_attribution, contents.networks), *sorted(_origins(contents))),
        notice=contents.notice or None,
        imprint=contents.signed,
    )


def _files(folder: Path, expected: Outline) -> Iterator[FileEntry]:
    yield from files.entries(folder, expected)
    if expected.open == expected.shown:  # or the database would give away what is not open data
        yield files.entry(
            folder / _CATALOGUE,
            rows=sum(ids.count for ids in expected.downloaded.values()),
            media_type="application/vnd.sqlite3",
            title="Tout le catalogue en une base de données (SQLite)",
            title_en="The whole catalogue as one database (SQLite)",
        )
    yield files.entry(
        folder / _STATISTICS,
        rows=None,
        media_type="application/json",
        title="Statistiques, avec leurs définitions (JSON)",
        title_en="Statistics, with their definitions (JSON)",
    )
    yield from tabulated.entries(folder)


def _attribution(network: NetworkEntry) -> str:
    """Source and date of last update, as Licence Ouverte 2.0 asks."""
    read = f", annuaire lu le {network.harvest.at:%Y-%m-%d}" if network.harvest else ""
    return f"{network.title}{read}, {licence(network.licence).title}"


def _origins(contents: Contents) -> set[str]:
    """Where the networks themselves have records from, and under which licence."""
    stated = (orjson.loads(row.payload).get("attribution", {}) for row in contents.members)
    return {
        f"{each['source']}, {licence(each['licence']).title}" if "licence" in each else each["source"]
        for each in stated
        if "source" in each
    }
