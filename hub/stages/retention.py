"""Retention: the releases that no rule keeps are removed (`hub.distributions.retention`)."""

from datetime import datetime
from pathlib import Path

from hub.distributions import kept, shelf, withdrawals
from hub.distributions.retention import kept as kept_by
from hub.model.release import ReleaseManifest


def staying(releases: Path, now: datetime) -> dict[str, str]:
    """The releases that stay, and why. The current one does, and the one it followed: a rollback away."""
    current = shelf.current(releases)
    before = withdrawals.standing(withdrawals.read(releases), kept.manifest(current).previous) if current else None
    made = {each.release: each.created_at for each in kept.every(releases)}
    return kept_by(made, now, [name for name in (current and current.name, before) if name in made])


def leaving(releases: Path, now: datetime) -> list[ReleaseManifest]:
    """Those that do not stay. One that cannot be read is left alone, and so are all while none is current."""
    if shelf.current(releases) is None:
        return []
    stays = staying(releases, now)
    return [each for each in kept.every(releases) if each.release not in stays]


def prune(releases: Path, now: datetime) -> list[ReleaseManifest]:
    """Remove the releases that do not stay. Raises Busy."""
    with shelf.writing(releases):
        gone = leaving(releases, now)
        for each in gone:
            shelf.remove(releases, each.release)
        return gone
