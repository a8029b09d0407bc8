"""`freshness.json`, beside the releases and in none of them: it moves each night, also when the catalogue does not.

A copy of the releases takes it along; whoever serves one release alone does without.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import orjson

from hub.model.freshness import Freshness

FILE = "freshness.json"
FORMAT = "freshness/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the file says. stamp: another one whenever the file was written anew."""

    networks: tuple[Freshness, ...]
    stamp: str


def write(releases: Path, networks: Iterable[Freshness]) -> None:
    """Replace the file in one step."""
    releases.mkdir(parents=True, exist_ok=True)
    said = {"format": FORMAT, "networks": [each.as_json() for each in networks]}
    with NamedTemporaryFile(dir=releases, prefix=".freshness-", delete=False) as file:
        file.write(orjson.dumps(said, option=orjson.OPT_INDENT_2))
    written = Path(file.name)
    written.chmod(0o644)  # as the files of a release: others may serve it
    written.replace(releases / FILE)


def stamp(releases: Path) -> str | None:
    """What tells one file from the next, without reading it; None when there is none."""
    try:
        found = (releases / FILE).stat()
    except FileNotFoundError:
        return None
    return f"{found.st_mtime_ns:x}{found.st_ino:x}"


def read(releases: Path) -> Told | None:
    """None where the file is missing, or written by a hub that we do not understand."""
    known = stamp(releases)
    try:
        said = orjson.loads((releases / FILE).read_bytes())
        if known is None or said["format"] != FORMAT:
            return None
        return Told(networks=tuple(map(Freshness.from_json, said["networks"])), stamp=known)
    except (OSError, ValueError, KeyError, TypeError):
        return None
