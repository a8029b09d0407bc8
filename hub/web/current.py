"""Which release is being served: `releases/current`, opened again when it moves.

A request keeps the catalogue it started with, so that one page never mixes two releases.
"""

import threading
from pathlib import Path
from typing import Protocol

from hub.catalogue import Catalogue


class ReleaseSource(Protocol):
    """Gives the catalogue to answer a request from."""

    def __call__(self) -> Catalogue: ...


class CurrentRelease:
    """Follows the `current` pointer of a releases folder. Raises ConfigError while nothing is published there."""

    def __init__(self, releases: Path) -> None:
        self._pointer = releases / "current"
        self._lock = threading.Lock()
        self._target: Path | None = None
        self._catalogue: Catalogue | None = None

    def __call__(self) -> Catalogue:
        target = self._pointer.resolve()
        with self._lock:
            if self._catalogue is None or target != self._target:
                self._catalogue, self._target = Catalogue.open(target), target
            return self._catalogue


class FixedRelease:
    """One release folder for ever, as copied to a machine that only serves. Raises ConfigError when it is not one."""

    def __init__(self, folder: Path) -> None:
        self._catalogue = Catalogue.open(folder)

    def __call__(self) -> Catalogue:
        return self._catalogue
