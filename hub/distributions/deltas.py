"""Deltas: what turns an earlier release into this one, one change a line, in order of id.

    {"hash":…,"id":…,"op":"add","record":{…}}
    {"before":…,"hash":…,"id":…,"op":"modify","record":{…}}
    {"before":…,"id":…,"op":"delete"}

`record` is the published line to the byte, `hash` its SHA-256, `before` that of the line it replaces: each line can be
checked alone, and a set digest carried on without the records. Both files are sorted, so that one walk over them is
all it takes and nothing is held in memory. `rrma_verify.py` reads these files; nothing here does.
"""

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from hub.distributions.checksums import sha256
from hub.distributions.formats import NAMES
from hub.model.release import DeltaEntry, FileEntry
from schemas.canonical import EMPTY, hash_of

_LEVEL = 6
_SINCE = {
    "previous": ("depuis la version précédente", "since the previous release"),
    "24h": ("en 24 heures", "in 24 hours"),
    "7d": ("en 7 jours", "in 7 days"),
    "31d": ("en 31 jours", "in 31 days"),
}
_HELD = {
    "actor": ("acteurs", "actors"),
    "project": ("projets", "projects"),
    "announcement": ("annonces", "announcements"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """An earlier release to start from. since: what it is the base of, as "24h". digests: those of its manifest."""

    since: str
    release: str
    folder: Path
    digests: Mapping[str, str]


def write(folder: Path, bases: Sequence[Base], digests: Mapping[str, str]) -> tuple[DeltaEntry, ...]:
    """Write the deltas of a release whose JSON Lines stand in `folder`, reading them once for all bases.

    digests: collection -> set digest of the release. A collection without a file, there or here, is empty.
    """
    made: list[DeltaEntry] = []
    for collection, plural in NAMES.items():
        name, after = f"{plural}.jsonl.gz", digests.get(collection, EMPTY.hex)
        lines, tallies = _lines(folder / name), []
        for base in bases:
            if spans(folder, base, collection):
                target, tally = folder / path(base.since, collection), Counter[str]()
                target.parent.mkdir(parents=True, exist_ok=True)
                lines = _told(target, _lines(base.folder / name), lines, tally)
                tallies.append((base, tally))
        for _ in lines:
            pass
        made += [_entry(base, collection, after, tally) for base, tally in tallies]
    return tuple(made)


def spans(folder: Path, base: Base, collection: str) -> bool:
    """Whether there is something to tell the difference of: the collection has a file, here or there."""
    name = f"{NAMES[collection]}.jsonl.gz"
    return (folder / name).exists() or (base.folder / name).exists()


def path(since: str, collection: str) -> str:
    """Where a delta lies in its release."""
    return f"deltas/{since}/{NAMES[collection]}.jsonl.gz"


def files(folder: Path, made: Iterable[DeltaEntry]) -> Iterator[FileEntry]:
    """The manifest's entries of the deltas written there."""
    for delta in made:
        (since_fr, since_en), (held_fr, held_en) = _SINCE[delta.since], _HELD[delta.collection]
        yield FileEntry(
            path=delta.path,
            bytes=(folder / delta.path).stat().st_size,
            sha256=sha256(folder / delta.path),
            rows=delta.add + delta.modify + delta.delete,
            media_type="application/gzip",
            title=f"Ce qui a changé {since_fr} : {held_fr} (JSON Lines)",
            title_en=f"What changed {since_en}: {held_en} (JSON Lines)",
        )


def _entry(base: Base, collection: str, after: str, tally: Counter[str]) -> DeltaEntry:
    return DeltaEntry(
        since=base.since,
        base=base.release,
        collection=collection,
        path=path(base.since, collection),
        before=base.digests.get(collection, EMPTY.hex),
        after=after,
        add=tally["add"],
        modify=tally["modify"],
        delete=tally["delete"],
    )


def _lines(whole: Path) -> Iterator[bytes]:
    if whole.exists():
        with gzip.open(whole, "rb") as lines:
            yield from (line.removesuffix(b"\n") for line in lines)


def _told(target: Path, olds: Iterator[bytes], news: Iterator[bytes], tally: Counter[str]) -> Iterator[bytes]:
    """Write how the old lines differ from the new ones, and pass the new ones on. Equal lines are not even parsed."""
    with target.open("wb") as file, gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:

        def tell(old: bytes, new: bytes) -> None:
            op = "modify" if old and new else "add" if new else "delete"
            before = b'"before":"%b",' % hash_of(old).encode() if old else b""
            digest = b'"hash":"%b",' % hash_of(new).encode() if new else b""
            record = b',"record":' + new if new else b""
            packed.write(b'{%b%b"id":"%b","op":"%b"%b}\n' % (before, digest, _id(new or old), op.encode(), record))
            tally[op] += 1

        old = next(olds, b"")
        for new in news:
            while old and old != new and _id(old) < _id(new):
                tell(old, b"")
                old = next(olds, b"")
            if old == new:
                old = next(olds, b"")
            elif old and _id(old) == _id(new):
                tell(old, new)
                old = next(olds, b"")
            else:
                tell(b"", new)
            yield new
        while old:
            tell(old, b"")
            old = next(olds, b"")


def _id(line: bytes) -> bytes:
    return str(orjson.loads(line)["id"]).encode()
