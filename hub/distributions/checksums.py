"""SHA256SUMS: what `sha256sum --check` reads."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

NAME = "SHA256SUMS"


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(folder: Path, names: Iterable[str], known: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write the sums of these files of a folder, in order of name. known: those that were taken already, by name."""
    lines = [f"{known.get(name) or sha256(folder / name)}  {name}\n" for name in sorted(names)]
    (folder / NAME).write_text("".join(lines), "utf-8")


def read(folder: Path) -> dict[str, str]:
    """Each listed file of a folder -> its sum, and that of the list itself. Raises OSError or ValueError without it."""
    lines = (line.split("  ", 1) for line in (folder / NAME).read_text("utf-8").splitlines())
    return {name: digest for digest, name in lines} | {NAME: sha256(folder / NAME)}


def differing(folder: Path) -> list[str]:
    """The files that are missing or no longer what their sum says. Raises OSError or ValueError without the list."""
    return [
        name
        for name, digest in read(folder).items()
        if not (folder / name).is_file() or sha256(folder / name) != digest
    ]
