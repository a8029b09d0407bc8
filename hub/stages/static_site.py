"""The static site of a release: made from its `catalogue.sqlite`, and read back."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import orjson

from hub.catalogue import database
from hub.distributions import files, site
from hub.distributions.formats import NAMES
from hub.model.imprint import Imprint
from hub.model.release import FileEntry, NetworkEntry
from schemas.canonical import SetDigest


def write(
    folder: Path, name: str, now: datetime, notice: str, imprint: Imprint, networks: Iterable[NetworkEntry]
) -> Iterator[FileEntry]:
    """Write the site of a draft whose files are written, and give its entry."""
    found = {each: map(orjson.loads, database.open_by_place(folder / "catalogue.sqlite", each)) for each in NAMES}
    cover = site.Cover(release=name, day=f"{now:%Y-%m-%d}", notice=notice, imprint=imprint)
    titles: Mapping[str, str] = {network.id: network.title for network in networks}
    rows = site.write(folder / site.NAME, found, titles, cover)
    yield files.entry(
        folder / site.NAME,
        rows=rows,
        media_type="application/zip",
        title="Le catalogue à lire sans connexion : un site à décompresser, avec recherche et carte (ZIP)",
        title_en="The catalogue to read offline: a site to unpack, with search and map (ZIP)",
    )


def wrong(folder: Path) -> Iterator[str]:
    """What the site of a draft shows otherwise than its catalogue."""
    try:
        expected = _held(each for name in NAMES for each in database.open_ids(folder / "catalogue.sqlite", name))
        shown = _held(site.ids(folder / site.NAME))
    except (OSError, EOFError, ValueError, KeyError, sqlite3.Error, zlib.error) as error:
        yield f"{site.NAME} cannot be read back: {error}"
        return
    if shown != expected:
        yield f"{site.NAME} shows {shown[0]} records, not {expected[0]}, or others"


def _held(ids: Iterable[str]) -> tuple[int, SetDigest]:
    """How many, and which, whatever their order."""
    count, digest = 0, SetDigest()
    for each in ids:
        count, digest = count + 1, digest.plus(site.NAME, each, "")
    return count, digest
