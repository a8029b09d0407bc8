"""The feed as plain files, for a network that has a web server but runs no program on it.

The same state gives the same bytes. Each file replaces its predecessor whole, feed.json last: a reader that comes in
between finds a snapshot and a manifest of different seq, and by the protocol reads again.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from node import feed
from node.errors import NotAnExport
from node.home import Home
from node.packing import gzipped
from node.signing import digest_of, key_of
from node.store import listing
from node.store.engine import reading
from node.web.pages import stylesheet
from node.web.render import templates
from schemas.feed import FeedError, Manifest, encode
from schemas.signing import BESIDE, signed

MANIFEST = "feed.json"
SNAPSHOT = feed.STATIC_LINKS["snapshot"]
PAGE = "index.html"


def export(home: Home, target: Path) -> Mapping[str, int]:
    """Write feed.json, the snapshot and a page into `target`, which is made when missing.

    Returns the bytes of each file. Raises NotAnExport when the folder holds anything but an export of this network.
    """
    _require_ours(target, home.settings.network)
    key = key_of(home)
    target.mkdir(parents=True, exist_ok=True)
    with reading(home.engine) as connection:
        manifest = feed.manifest(connection, home.settings, live=False)
        page = templates.get_template("static.html").generate(
            network=home.settings,
            actors=listing.actors(connection),
            found=listing.count(connection),
            updated_on=manifest.generated_at.date().isoformat(),
            stylesheet=stylesheet.decode(),
        )
        written = _write_signed(
            target / SNAPSHOT, gzipped(feed.snapshot(connection, manifest)), key, manifest.generated_at
        )
        written |= {PAGE: _replace(target / PAGE, (piece.encode() for piece in page))}
        return written | _write_signed(target / MANIFEST, iter([encode(manifest)]), key, manifest.generated_at)


def _write_signed(path: Path, pieces: Iterator[bytes], key: Ed25519PrivateKey | None, at: datetime) -> dict[str, int]:
    """Write a file and, where there is a key, the headers that sign it into a second file beside it."""
    unfinished = _finish(path, pieces)
    sizes = {path.name: unfinished.stat().st_size}
    if key is not None:
        beside = path.with_name(path.name + BESIDE)
        lines = [f"{name}: {value}\n".encode() for name, value in signed(digest_of(unfinished), key, at=at).items()]
        sizes[beside.name] = _replace(beside, iter(lines))
    unfinished.replace(path)
    return sizes


def _require_ours(target: Path, network: str) -> None:
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    try:
        found = Manifest.from_json(orjson.loads((target / MANIFEST).read_bytes()))
    except (OSError, orjson.JSONDecodeError, FeedError) as error:
        raise NotAnExport(f"{target} contient autre chose qu'un export : choisissez un dossier vide.") from error
    if found.network.id != network:
        raise NotAnExport(f"{target} contient l'export du réseau « {found.network.id} » : choisissez un autre dossier.")


def _replace(path: Path, pieces: Iterator[bytes]) -> int:
    """Write a file beside its predecessor, then put it in its place."""
    unfinished = _finish(path, pieces)
    size = unfinished.stat().st_size
    unfinished.replace(path)
    return size


def _finish(path: Path, pieces: Iterator[bytes]) -> Path:
    """Write a file whole, under a name of its own."""
    unfinished = path.with_name(f".{path.name}.new")
    with unfinished.open("wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return unfinished
