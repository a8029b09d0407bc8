"""The releases that still stand: what they say of themselves, where deltas start from, and a rollback's hold."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from hub.distributions import shelf
from hub.distributions.checksums import sha256
from hub.distributions.deltas import Base
from hub.distributions.formats import NAMES
from hub.model.release import ReleaseManifest

MANIFEST = "manifest.json"
_LIFTED = ".lifted"
_WINDOWS = {"24h": timedelta(days=1), "7d": timedelta(days=7), "31d": timedelta(days=31)}
# A night has 23 hours when the clocks go forward, and no cycle starts to the second.
_SLACK = timedelta(hours=2)


def manifest(folder: Path) -> ReleaseManifest:
    """Raises OSError, ValueError, KeyError or TypeError when the folder is no release that this hub can read."""
    return ReleaseManifest.from_json(orjson.loads((folder / MANIFEST).read_bytes()))


def every(releases: Path) -> tuple[ReleaseManifest, ...]:
    """The releases of a folder that can be read, oldest first."""
    found = []
    for folder in releases.iterdir() if releases.is_dir() else ():
        if shelf.NAME.fullmatch(folder.name):
            try:
                found.append(manifest(folder))
            except (OSError, ValueError, KeyError, TypeError):
                continue
    return tuple(sorted(found, key=lambda each: (each.created_at, each.release)))


def bases(releases: Path, now: datetime) -> tuple[Base, ...]:
    """Where the deltas of a release made `now` start: the current one, and those that were current a while ago.

    That is the newest one made before, among those that were kept. One whose files are no longer what it says of them
    is no base: consumers then take the whole.
    """
    return tuple(
        Base(since=since, release=each.release, folder=releases / each.release, digests=each.digests)
        for since, each in _chosen(releases, now)
        if _is_whole(releases / each.release, each)
    )


def _chosen(releases: Path, now: datetime) -> Iterator[tuple[str, ReleaseManifest]]:
    current = shelf.current(releases)
    if current is None:
        return
    yield "previous", manifest(current)
    standing: Sequence[ReleaseManifest] = every(releases)
    for since, window in _WINDOWS.items():
        old = [each for each in standing if each.created_at <= now - window + _SLACK]
        if old:
            yield since, old[-1]


def _is_whole(folder: Path, release: ReleaseManifest) -> bool:
    wholes = {f"{name}.jsonl.gz" for name in NAMES.values()}
    lines = [file for file in release.files if file.path in wholes]
    return all((folder / file.path).is_file() and sha256(folder / file.path) == file.sha256 for file in lines)


def holds(releases: Path, current: ReleaseManifest) -> bool:
    """Whether nothing may follow the current release: somebody rolled back to it, and nobody lifted that yet.

    The manifest itself is the hold, so that it comes in the same step as the rollback.
    """
    lifted = releases / _LIFTED
    named = lifted.read_text("utf-8") if lifted.is_file() else ""
    return current.rolled_back_from is not None and named != current.release


def lift(releases: Path, name: str) -> None:
    """Let other releases follow this one."""
    (releases / _LIFTED).write_text(name, "utf-8")
