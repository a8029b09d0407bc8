#!/usr/bin/env python3
"""rrma-verify : prouver une version du catalogue national / prove a release of the national catalogue.

    python rrma-verify [RELEASE] [--base OLDER]

RELEASE : le dossier d’une version, sinon celui de ce fichier / a release folder, else the one this file lies in
OLDER : une plus ancienne ou son actors.jsonl.gz / an older one or its actors.jsonl.gz: older + delta = newer?
Code de sortie / exit code : 0 prouvé / proved, 1 non prouvé / not proved, 2 mauvais appel / wrong call.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import zlib
from pathlib import Path
from typing import Any, Iterator  # noqa: UP035 - Python 3.9 reads this file too


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def sum_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def intact(folder: Path, manifest: dict[str, Any]) -> str:
    """SHA256SUMS is what it must be: it names the files of the manifest, the manifest, and nothing else."""
    named = sorted(["manifest.json", *(file["path"] for file in manifest["files"])])
    computed = {name: f"{sum_of(folder / name)}  {name}\n".encode() for name in named}
    listed = (folder / "SHA256SUMS").read_bytes()
    if b"".join(computed.values()) != listed:
        altered = [name for name in named if computed[name] not in listed]
        raise ValueError(f"altéré / altered: {', '.join(altered or ['SHA256SUMS'])}")
    return f"{len(named)} fichiers intacts / files intact (SHA256SUMS: {sha256(listed)})"


def lines(path: Path) -> Iterator[bytes]:
    """The stored bytes of each line. A collection without a file is empty."""
    if path.exists():
        with gzip.open(path) as file:
            yield from (line.rstrip(b"\n") for line in file)


def term(collection: str, record_id: str, digest: str) -> int:
    """What a record adds to the set digest, which is a sum modulo 2**256."""
    return int(sha256(f"{collection}\n{record_id}\n{digest}".encode()), 16)


def counted(collection: str, path: Path) -> tuple[int, str]:
    """How many records a file holds, and their set digest."""
    count, total, last = 0, 0, ""
    for count, line in enumerate(lines(path), 1):  # noqa: B007
        if last >= (last := json.loads(line)["id"]):
            raise ValueError(f"{path.name}: ligne fausse / wrong line ({last})")
        total += term(collection, last, sha256(line))
    return count, f"{total % (1 << 256):064x}"


def changes(path: Path) -> Iterator[tuple[str, str, str, bytes]]:
    """(operation, id, hash of the record before, record after) of each line, in order of id; nothing is empty."""
    last, holds = "", {"add": (False, True), "modify": (True, True), "delete": (True, False)}
    for line in lines(path):
        head, cut, tail = line.partition(b',"record":')
        says, record = json.loads(head + b"}" if cut else head), tail[:-1]
        before, record_id = says.get("before", ""), says["id"]
        rightly = last < record_id and holds.get(says["op"]) == (bool(before), bool(record))
        if not rightly or (record and (sha256(record), json.loads(record)["id"]) != (says["hash"], record_id)):
            raise ValueError(f"{path.name}: ligne fausse / wrong line ({record_id})")
        last = record_id
        yield says["op"], record_id, before, record


def chained(path: Path, delta: dict[str, Any], after: str) -> str:
    """The digest before, less what leaves, plus what comes, is the digest after; and so many changes were told."""
    total, tally, collection = int(delta["before"], 16), {"add": 0, "modify": 0, "delete": 0}, delta["collection"]
    for op, record_id, before, record in changes(path):
        tally[op] += 1
        total -= term(collection, record_id, before) if before else 0
        total += term(collection, record_id, sha256(record)) if record else 0
    if {delta["after"], after} != {f"{total % (1 << 256):064x}"} or any(delta[op] != tally[op] for op in tally):
        raise ValueError(f"{delta['path']}: empreinte avant + changements ≠ après / digest before + delta ≠ after")
    return f"{delta['path']}: empreinte avant + changements = après / digest before + delta = after"


def added(older: Path, delta: Path, whole: Path) -> str:
    """Walk both side by side: wherever they differ, the next change says how; and no change is left over."""
    olds, news, told, none = lines(older), lines(whole), changes(delta), ("", "", "", b"")
    old, new, (op, record_id, before, record) = next(olds, b""), next(news, b""), next(told, none)
    while old or new or op:
        if old and old == new:
            old, new = next(olds, b""), next(news, b"")
            continue
        leaves = sha256(old) == before and json.loads(old)["id"] == record_id
        if not op or (before and not leaves) or (record and record != new):
            raise ValueError(f"ancienne / older + {delta} ≠ cette version / this release")
        old, new = next(olds, b"") if before else old, next(news, b"") if record else new
        op, record_id, before, record = next(told, none)
    return f"ancienne / older + {delta} = cette version / this release"


def proofs(folder: Path, base: Path | None) -> Iterator[str]:
    """One sentence for all that is so. Raises ValueError at the first thing that is not."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    yield intact(folder, manifest)
    rows = {file["path"]: file["rows"] for file in manifest["files"]}
    if base and not base.is_dir() and base.name not in rows:
        raise ValueError(f"ni version, ni fichier d’une version / neither a release nor a file of one: {base}")
    for collection, digest in manifest["digests"].items():
        name = f"{collection}s.jsonl.gz"
        if (found := counted(collection, folder / name)) != (said := (rows.get(name, 0), digest)):
            raise ValueError(f"{name}: {found} ≠ manifest.json: {said}")
        yield f"{name}: {found[0]} fiches / records, {digest}"
        deltas = [delta for delta in manifest["deltas"] if delta["collection"] == collection]
        yield from (chained(folder / delta["path"], delta, digest) for delta in deltas)
        if base and (base.is_dir() or base.name == name):
            older = base / name if base.is_dir() else base
            before = counted(collection, older)[1]
            fitting = [folder / delta["path"] for delta in deltas if delta["before"] == before]
            if not fitting and before != digest:
                raise ValueError(f"aucun changement ne part de / no delta starts from {older} ({before})")
            yield from (added(older, delta, folder / name) for delta in fitting)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("release", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    asked.add_argument("--base", type=Path, metavar="OLDER")
    given = asked.parse_args()
    try:
        for proved in proofs(given.release, given.base):
            print("OK ", proved)
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, zlib.error) as wrong:
        print("!! ", wrong, "\nNON PROUVÉ / NOT PROVED")
        return 1
    print("PROUVÉ / PROVED")
    return 0


if __name__ == "__main__":
    sys.exit(main())
