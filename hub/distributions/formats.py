"""The formats of a release, one line each. Writers pass on the lines they write: one walk feeds every file."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.distributions import delimited, geojson, jsonlines
from hub.distributions.checksums import sha256
from hub.distributions.contents import Parsed
from hub.model.release import FileEntry

# collection -> its file names, and what they hold in French and in English.
NAMES = {"actor": "actors", "project": "projects", "announcement": "announcements"}
_HELD = {
    "actor": ("Acteurs", "Actors"),
    "project": ("Projets", "Projects"),
    "announcement": ("Annonces", "Announcements"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One way to download a collection.

    write: (path, collection, lines) -> the same lines.
    ids:   the ids of a file, in order, by another reader than the one that wrote it; raises when the file is not whole.
    """

    suffix: str
    media_type: str
    title_fr: str
    title_en: str
    write: Callable[[Path, str, Iterable[Parsed]], Iterator[Parsed]]
    ids: Callable[[Path], Iterator[str]]

    def path(self, collection: str) -> str:
        return f"{NAMES[collection]}.{self.suffix}"


FORMATS = (
    Format(
        suffix="jsonl.gz",
        media_type="application/gzip",
        title_fr="fiches complètes avec leur provenance, une par ligne (JSON Lines)",
        title_en="whole records with their provenance, one a line (JSON Lines)",
        write=jsonlines.write,
        ids=jsonlines.ids,
    ),
    Format(
        suffix="csv",
        media_type="text/csv",
        title_fr="tableau (CSV, UTF-8, virgules)",
        title_en="table (CSV, UTF-8, commas)",
        write=delimited.write,
        ids=delimited.ids,
    ),
    Format(
        suffix="geojson",
        media_type="application/geo+json",
        title_fr="carte (GeoJSON, WGS 84)",
        title_en="map (GeoJSON, WGS 84)",
        write=geojson.write,
        ids=geojson.ids,
    ),
)


def entries(folder: Path, rows: Mapping[str, int]) -> Iterator[FileEntry]:
    """The manifest's entries of the downloaded collections, given how many rows each has."""
    for collection, count in rows.items():
        held_fr, held_en = _HELD[collection]
        for form in FORMATS:
            yield entry(
                folder / form.path(collection),
                rows=count,
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
