"""The static site of a release: made from its `catalogue.sqlite`, and read back."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import orjson

from hub.catalogue import database
from hub.distributions import files, jsonlines, site
from hub.distributions.contents import Ids
from hub.distributions.formats import NAMES
from hub.model.imprint import Imprint
from hub.model.release import FileEntry, NetworkEntry


def write(
    folder: Path, name: str, now: datetime, notice: str, imprint: Imprint, networks: Iterable[NetworkEntry]
) -> Iterator[FileEntry]:
    """Write the site of a draft whose files are written. Gives its entry, or none where it is too large to open."""
    if sum(1 for _ in database.open_by_place(folder / "catalogue.sqlite", "actor")) > site.MOST_ACTORS:
        return
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
    """What the site of a draft shows otherwise than its whole lines."""
    try:
        wholes = {each: folder / f"{plural}.jsonl.gz" for each, plural in NAMES.items()}
        lines = {each: list(jsonlines.ids(path)) for each, path in wholes.items() if path.is_file()}
        if len(lines["actor"]) > site.MOST_ACTORS:
            return
        expected = Ids.of(sorted(each for found in lines.values() for each in found))
        shown = Ids.of(site.ids(folder / site.NAME))
    except (OSError, EOFError, ValueError, KeyError, zlib.error) as error:
        yield f"{site.NAME} cannot be read back: {error}"
        return
    if shown != expected:
        yield f"{site.NAME} shows {shown.count} records, not {expected.count}, or others"
