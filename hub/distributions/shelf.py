"""The folder of releases: their names, which one is current, and how a new one takes its place.

releases/20261123T023000Z-1f0c9a7e/     never changes once it stands here
releases/current                        a link to one of them, replaced in one step
releases/.building-…                    a release being written
releases/.current-…                     the next `current`; the release of that name is not published yet
releases/.removing-…                    a release being removed
releases/.snapshot-…                    what a release is being made of, for nobody else to read

What stands under a name with a dot was left by a killed writer; the next one sweeps it.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.errors import ConfigError

NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")

_CURRENT, _DRAFT, _NEXT, _LEAVING, _ASIDE = "current", ".building-", ".current-", ".removing-", ".snapshot-"


class Busy(ConfigError):
    """Another release is being written in the same folder."""

    code = "release-busy"


@contextmanager
def writing(releases: Path) -> Iterator[None]:
    """Be the only one who writes releases here, and sweep what a killed writer left. Raises Busy."""
    releases.mkdir(parents=True, exist_ok=True)
    with (releases / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"another release is being written in {releases}") from error
        _sweep(releases)
        yield


def current(releases: Path) -> Path | None:
    """The release in force, None before the first. Where links are impossible, `current` is a file holding its name."""
    pointer = releases / _CURRENT
    if pointer.is_symlink() or pointer.is_dir():
        target = pointer.resolve()
    elif pointer.is_file():
        target = releases / pointer.read_text("utf-8").strip()
    else:
        return None
    return target if target.is_dir() else None


def name_of(now: datetime, content: str, releases: Path) -> str:
    """A name never used before here: the time, in UTC and to the second, and the start of the content hash.

    Going back to an earlier content within the same second takes the next free second.
    """
    moment = now.astimezone(UTC)
    while (releases / (name := f"{moment:%Y%m%dT%H%M%SZ}-{content[:8]}")).exists():
        moment += timedelta(seconds=1)
    return name


def made_at(name: str) -> datetime:
    """The time in the name of a release."""
    return datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%z")


@contextmanager
def draft(releases: Path, name: str) -> Iterator[Path]:
    """A folder to write a release in, on the same file system; gone afterwards unless it was shelved."""
    folder = releases / f"{_DRAFT}{name}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def aside(releases: Path) -> Iterator[Path]:
    """A folder that nobody else may read, on the same file system; gone afterwards."""
    with TemporaryDirectory(prefix=_ASIDE, dir=releases, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def shelve(folder: Path, releases: Path, name: str) -> Path:
    """Give a finished draft its name and make it current. A kill or a power cut leaves the old one or the new one."""
    for path in [*folder.rglob("*"), folder]:
        to_disk(path)
    pointer, shelved = releases / f"{_NEXT}{name}", releases / name
    try:
        pointer.symlink_to(name)
    except OSError:  # a file system without links
        pointer.write_text(name, "utf-8")
        to_disk(pointer)
    to_disk(releases)
    folder.rename(shelved)
    to_disk(releases)
    pointer.replace(releases / _CURRENT)
    to_disk(releases)
    return shelved


def place(folder: Path, releases: Path, name: str) -> Path:
    """Give a finished draft its name, without making it current."""
    for path in [*folder.rglob("*"), folder]:
        to_disk(path)
    shelved = folder.rename(releases / name)
    to_disk(releases)
    return shelved


def remove(releases: Path, name: str) -> None:
    """Take a release away: nobody finds half of one under its name."""
    leaving = (releases / name).rename(releases / f"{_LEAVING}{name.lstrip('.')}")
    to_disk(releases)
    shutil.rmtree(leaving)


def _sweep(releases: Path) -> None:
    for pointer in releases.glob(f"{_NEXT}*"):
        shutil.rmtree(releases / pointer.name.removeprefix(_NEXT), ignore_errors=True)
        pointer.unlink()
    for left in [*releases.glob(f"{_LEAVING}*"), *releases.glob(f"{_ASIDE}*")]:
        shutil.rmtree(left)
    for left in releases.glob(f"{_DRAFT}*"):
        # Another name first: what a killed writer's crew is still about to open is then no longer there.
        shutil.rmtree(left.rename(releases / f"{_LEAVING}{left.name}"))


def to_disk(path: Path) -> None:
    """Wait until a file, or what a folder lists, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
