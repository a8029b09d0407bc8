"""Every file to download of a release: those beside the formats are written here, and each has an entry."""

from collections.abc import Iterator
from pathlib import Path

from hub.distributions import columnar, delimited, harvested, history
from hub.distributions.checksums import sha256
from hub.distributions.contents import Contents, Ids, Outline, open_identifiers, open_members
from hub.distributions.formats import NAMES, Format
from hub.model.release import FileEntry

# collection -> what its files hold, in French and in English.
_HELD = {
    "actor": ("Acteurs", "Actors"),
    "project": ("Projets", "Projects"),
    "announcement": ("Annonces", "Announcements"),
}


def records(collection: str) -> str:
    """The file of the source records of a collection."""
    return f"{NAMES[collection]}.{harvested.SUFFIX}"


def write_records(folder: Path, contents: Contents, expected: Outline, collection: str) -> FileEntry:
    """Write the source records of a collection. Returns their entry."""
    path = folder / records(collection)
    harvested.write(path, open_members(contents, collection, expected.closed))
    return entry(
        path,
        rows=expected.members[collection].count,
        media_type="application/gzip",
        title=f"{_HELD[collection][0]} : fiches sources, telles que les réseaux les énoncent (JSON Lines)",
        title_en=f"{_HELD[collection][1]}: source records as their networks state them (JSON Lines)",
    )


def write_history(folder: Path, contents: Contents, expected: Outline) -> FileEntry:
    """Write the history of identifiers. Returns its entry."""
    history.write(folder / history.NAME, open_identifiers(contents, expected.closed))
    return entry(
        folder / history.NAME,
        rows=expected.identifiers.count,
        media_type="text/csv",
        title="Histoire des identifiants : tous ceux qui ont été attribués (CSV)",
        title_en="History of identifiers: every one ever issued (CSV)",
    )


def ids_beside(folder: Path, expected: Outline) -> Iterator[tuple[str, Ids, Iterator[str]]]:
    """Of each of those files: its name, what must be found in it, and what is."""
    for collection in expected.downloaded:
        name = records(collection)
        yield name, expected.members[collection], harvested.ids(folder / name)
    yield history.NAME, expected.identifiers, delimited.ids(folder / history.NAME)


def of_format(folder: Path, expected: Outline, collection: str, form: Format) -> FileEntry:
    """The manifest's entry of a collection in one format, which is written."""
    held_fr, held_en = _HELD[collection]
    path = folder / form.path(collection)
    return entry(
        path,
        rows=_values(folder, collection) if form.values else expected.downloaded[collection].count,
        media_type=form.media_type,
        title=f"{held_fr} : {form.title_fr}",
        title_en=f"{held_en}: {form.title_en}",
    )


def entry(path: Path, *, rows: int | None, media_type: str, title: str, title_en: str) -> FileEntry:
    """The manifest's entry of a file that is written."""
    return FileEntry(
        path=path.name,
        bytes=path.stat().st_size,
        sha256=sha256(path),
        rows=rows,
        media_type=media_type,
        title=title,
        title_en=title_en,
    )


def _values(folder: Path, collection: str) -> int:
    return columnar.count(folder / f"{NAMES[collection]}.provenance.parquet")
