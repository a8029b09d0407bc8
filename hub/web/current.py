"""Which release is being served: the current one of a folder, opened again when it moves.

A request keeps the catalogue it started with, so that one page never mixes two releases.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from hub.catalogue import Catalogue, hindsight
from hub.distributions import checksums, freshness, kept, shelf, withdrawals
from hub.distributions.freshness import Told
from hub.distributions.withdrawals import Withdrawal
from schemas.errors import ConfigError, NotFound

Clock = Callable[[], datetime]

_KEPT_OPEN = 4  # the current release, the one before while it moves, and what a few readers still cite


def now_utc() -> datetime:
    return datetime.now(UTC)


class NothingThen(NotFound):
    """No release answers for a time. earlier, later: when the nearest ones that do were made, where there are any."""

    def __init__(self, why: str, *, earlier: datetime | None = None, later: datetime | None = None) -> None:
        nearest = [f"{word}: {at.isoformat()}" for word, at in (("before", earlier), ("after", later)) if at]
        super().__init__("; ".join([why, *nearest]))
        self.earlier, self.later = earlier, later


class NotPublishedYet(NothingThen):
    """A time before the first release that is kept."""

    code = "not-published-yet"


class NotYet(NothingThen):
    """A time that has not come."""

    code = "not-yet"


class NotKept(NothingThen):
    """The release that was in force then is no longer kept."""

    code = "not-kept"


class Withdrawn(NothingThen):
    """The release was taken back after an erasure. issued_as: what stands in its place, None where nothing does."""

    code = "withdrawn"

    def __init__(self, name: str, issued_as: str | None) -> None:
        instead = f"; in its place: {issued_as}" if issued_as else ""
        at = shelf.made_at(issued_as) if issued_as else None
        super().__init__(f"the release {name} was withdrawn after an erasure{instead}", later=at)
        self.name, self.issued_as = name, issued_as


class ReleaseSource(Protocol):
    """Gives the catalogue to answer a request from."""

    def __call__(self) -> Catalogue:
        """The release in force. Raises ConfigError while nothing is published."""

    def named(self, name: str) -> Catalogue:
        """A release by its name. Raises NotFound, and Withdrawn."""

    def freshness(self) -> Told | None:
        """When each network was last proved, which moves without a release; None where nobody told."""

    def at(self, moment: datetime) -> Catalogue:
        """The release that was in force then, or what was issued in its place. Raises NothingThen, of some kind."""

    def withdrawn(self) -> Mapping[str, Withdrawal]:
        """The releases that were taken back, by name."""


class CurrentRelease:
    """Follows the current release of a folder of releases; those before it are found by name as long as they stand."""

    def __init__(self, releases: Path) -> None:
        self._releases = releases
        self._open = lru_cache(_KEPT_OPEN)(Catalogue.open)
        self._told = lru_cache(1)(lambda _: freshness.read(releases))
        self._withdrawn_at = withdrawals.stamp(releases)

    def __call__(self) -> Catalogue:
        folder = shelf.current(self._releases)
        if folder is None:
            raise ConfigError(f"nothing is published in {self._releases}")
        return self._open(folder)

    def named(self, name: str) -> Catalogue:
        folder, known = self._releases / name, self.withdrawn()
        if name in known:
            raise Withdrawn(name, withdrawals.standing(known, name))
        if not shelf.NAME.fullmatch(name) or not folder.is_dir():
            raise NotFound(f"no release {name} here")
        return self._open(folder.resolve())

    def freshness(self) -> Told | None:
        return self._told(freshness.stamp(self._releases))

    def at(self, moment: datetime) -> Catalogue:
        asked, known = _stamp(moment), self.withdrawn()
        standing = {each.name for each in self._releases.iterdir() if shelf.NAME.fullmatch(each.name)}
        names = sorted(standing | known.keys())
        before = [name for name in names if name[: len(asked)] <= asked]
        later = names[len(before)] if len(before) < len(names) else None
        if not before:
            raise NotPublishedYet("nothing was published by then that is kept here", later=_made(later))
        last = withdrawals.standing(known, before[-1])
        if later and not before[-1].startswith(asked) and self._before(known, later) not in (last, before[-1]):
            raise NotKept("its release is no longer kept", earlier=_made(before[-1]), later=_made(later))
        return self.named(last or before[-1])

    def withdrawn(self) -> Mapping[str, Withdrawal]:
        known, at = withdrawals.read(self._releases), withdrawals.stamp(self._releases)
        if at != self._withdrawn_at:  # what was open of them holds their files on the disk
            self._withdrawn_at = at
            self._open.cache_clear()
            hindsight.forget()
        return known

    def _before(self, known: Mapping[str, Withdrawal], name: str) -> str | None:
        """The release before a release, or what stands in its place."""
        previous = known[name].previous if name in known else kept.manifest(self._releases / name).previous
        return withdrawals.standing(known, previous) or previous


class FixedRelease:
    """One release folder for ever, as copied to a machine that only serves."""

    def __init__(self, folder: Path, *, proved: bool = False) -> None:
        """proved: read every file first, and compare it with its sum.

        Raises ConfigError when it is no release, or not a whole one.
        """
        self._catalogue = Catalogue.open(folder)
        if proved and (wrong := checksums.differing(folder)):
            raise ConfigError(f"{folder} is not a whole copy, make it again: {', '.join(wrong)} missing or altered")

    def __call__(self) -> Catalogue:
        return self._catalogue

    def named(self, name: str) -> Catalogue:
        if name != self._catalogue.manifest.release:
            raise NotFound(f"no release {name} here")
        return self._catalogue

    def freshness(self) -> Told | None:
        return None

    def at(self, moment: datetime) -> Catalogue:
        if moment < self._catalogue.manifest.created_at:
            made = self._catalogue.manifest.created_at
            raise NotPublishedYet("only one release is served here, and it was made later", later=made)
        return self._catalogue

    def withdrawn(self) -> Mapping[str, Withdrawal]:
        return {}


def _made(name: str | None) -> datetime | None:
    return shelf.made_at(name) if name else None


def _stamp(moment: datetime) -> str:
    """As the names of releases begin."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
