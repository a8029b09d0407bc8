"""Which release is being served: the current one of a folder, opened again when it moves.

A request keeps the catalogue it started with, so that one page never mixes two releases.
"""

from functools import lru_cache
from pathlib import Path
from typing import Protocol

from hub.catalogue import Catalogue
from hub.distributions import checksums, shelf
from schemas.errors import ConfigError, NotFound

_KEPT_OPEN = 4  # the current release, the one before while it moves, and what a few readers still cite


class ReleaseSource(Protocol):
    """Gives the catalogue to answer a request from."""

    def __call__(self) -> Catalogue:
        """The release in force. Raises ConfigError while nothing is published."""

    def named(self, name: str) -> Catalogue:
        """A release by its name. Raises NotFound."""


class CurrentRelease:
    """Follows the current release of a folder of releases; those before it are found by name as long as they stand."""

    def __init__(self, releases: Path) -> None:
        self._releases = releases
        self._open = lru_cache(_KEPT_OPEN)(Catalogue.open)

    def __call__(self) -> Catalogue:
        folder = shelf.current(self._releases)
        if folder is None:
            raise ConfigError(f"nothing is published in {self._releases}")
        return self._open(folder)

    def named(self, name: str) -> Catalogue:
        folder = self._releases / name
        if not shelf.NAME.fullmatch(name) or not folder.is_dir():
            raise NotFound(f"no release {name} here")
        return self._open(folder.resolve())


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
