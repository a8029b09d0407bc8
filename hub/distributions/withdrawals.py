"""`withdrawn.json`, beside the releases: which were taken back after an erasure, and what was issued in their place.

    releases/20261103T024100Z-1f0c9a7e/     the release that holds an erased record
    releases/.withdrawn-2026…-1f0c9a7e/     the same, served to nobody any more, until it is issued again
    releases/20261103T024100Z-77ab03c1/     issued again without the record, under the time of the first

An entry stays for ever, so that a name that was cited is answered. A copy of the releases takes the file along.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

import orjson

from hub.distributions import shelf
from hub.model.release import ReleaseManifest
from schemas.canonical import JSON
from schemas.errors import ConfigError

FILE = "withdrawn.json"
FORMAT = "withdrawn/1"
_AWAY = ".withdrawn-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A release that was taken back.

    at:         when.      previous: the release before it.      digests: its set digests, for whoever kept a copy.
    receipts:   of the erasures that it was taken back for; each opens to its own network only.
    issued_as:  the release in its place; None until there is one, and for ever when it could not be issued again.
    """

    release: str
    at: datetime
    previous: str | None
    digests: Mapping[str, str]
    receipts: tuple[str, ...]
    issued_as: str | None = None

    def as_json(self) -> JSON:
        return asdict(self) | {"at": self.at.isoformat(), "receipts": list(self.receipts)}

    @classmethod
    def from_json(cls, raw: JSON) -> Self:
        return cls(**raw | {"at": datetime.fromisoformat(raw["at"]), "receipts": tuple(raw["receipts"])})


def read(releases: Path) -> dict[str, Withdrawal]:
    """Name -> withdrawal, oldest first. Raises ConfigError when the file is torn: nothing is served again for that."""
    try:
        said = orjson.loads((releases / FILE).read_bytes())
        if said["format"] != FORMAT:
            raise ValueError(said["format"])
        return {raw["release"]: Withdrawal.from_json(raw) for raw in said["releases"]}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{releases / FILE} cannot be read; restore it from a backup: {error}") from error


def stamp(releases: Path) -> int | None:
    """What tells one file from the next, without reading it; None when there is none."""
    try:
        return (releases / FILE).stat().st_mtime_ns
    except FileNotFoundError:
        return None


def withdraw(releases: Path, found: Mapping[str, Iterable[str]], now: datetime) -> None:
    """Take releases out of everybody's sight. found: name -> receipts of the erasures that it still holds.

    A kill leaves them named in the file, which is written first and asked first.
    """
    known = read(releases)
    for name, receipts in found.items():
        says: JSON = orjson.loads((releases / name / "manifest.json").read_bytes())
        manifest = ReleaseManifest.from_json(says)
        known[name] = Withdrawal(
            release=name,
            at=now,
            previous=manifest.previous,
            digests=manifest.digests,
            receipts=tuple(sorted(receipts)),
        )
    _write(releases, known)
    for name in known:
        if (releases / name).is_dir():
            (releases / name).rename(away(releases, name))


def issued(releases: Path, name: str, again: str | None) -> None:
    """Note what stands in the place of a withdrawn release, and delete that."""
    known = read(releases)
    _write(releases, known | {name: replace(known[name], issued_as=again)})
    shelf.remove(releases, away(releases, name).name)


def away(releases: Path, name: str) -> Path:
    """Where a withdrawn release waits to be issued again."""
    return releases / f"{_AWAY}{name}"


def waiting(releases: Path) -> Iterator[str]:
    """The releases that wait to be issued again, oldest first."""
    found = sorted(each.name.removeprefix(_AWAY) for each in releases.glob(f"{_AWAY}*"))
    return (name for name in found if shelf.NAME.fullmatch(name))


def standing(known: Mapping[str, Withdrawal], name: str | None) -> str | None:
    """What stands under a name, or in its place; None where nothing does."""
    while name is not None and name in known:
        name = known[name].issued_as
    return name


def _write(releases: Path, known: Mapping[str, Withdrawal]) -> None:
    said = {"format": FORMAT, "releases": [each.as_json() for _, each in sorted(known.items())]}
    with NamedTemporaryFile(dir=releases, prefix=".withdrawn-json-", delete=False) as file:
        file.write(orjson.dumps(said, option=orjson.OPT_INDENT_2))
    written = Path(file.name)
    written.chmod(0o644)  # as the files of a release: others may serve it
    shelf.to_disk(written)
    written.replace(releases / FILE)
    shelf.to_disk(releases)
