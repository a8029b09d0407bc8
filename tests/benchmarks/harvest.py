"""Harvest end to end against its floor, and the memory it takes as feeds grow.

End to end: HTTP, gzip, lines, hashes, validation, statements and standings in SQLite, proof. The floor reads the same
file from disk, parses its lines with orjson and writes the same rows by raw `executemany`, page by page, with the same
promises on disk: that they are the same, to the last column, is checked after each round. The bare floor reads plain
lines and keeps each in a table of two columns. Servers are processes of their own; all runs as in `rrma-hub`,
the collector relaxed. Peak memory is of a fresh process for each size.
"""

import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice, zip_longest
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

import orjson

from hub.cli.collector import relax_collector
from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.feeds.paging import PAGE_LINES
from hub.migrations import upgrade
from hub.model.job import JobStatus
from hub.model.source import Source, SourceKind
from hub.model.statement import statement_number
from hub.quality.gate import stamp
from hub.stages.harvest import harvest
from hub.store.engine import open_engine
from hub.wiring import configure_logging
from schemas.canonical import SetDigest, bucket, canonical, hash_of
from schemas.feed import encode_put
from tests.benchmarks.row import Row

RECORDS, MORE_RECORDS, ROUNDS = 20_000, 100_000, 3
MOMENT = "2026-11-23 02:30:00.000000"
STATEMENT = """INSERT INTO statements
    (number, source, collection, local_id, op, seq, hash, payload, verdict, schema, judged_with, received_at)
    VALUES (?, 'bench', 'actor', ?, 'put', ?, ?, ?, 'accepted', 'actor/1.0', ?, ?)"""
RECORD = """INSERT OR REPLACE INTO records
    (source, collection, local_id, bucket, state, received_statement, declared_hash, accepted_statement, accepted_hash,
     founded_on, founded_as, minted)
    VALUES ('bench', 'actor', ?, ?, 'accepted', ?, ?, ?, ?, ?, ?, 1)"""
WRITTEN = "SELECT * FROM statements ORDER BY number", "SELECT * FROM records ORDER BY collection, local_id"
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
# About 1.7 kB a record, as the directories that the design was measured on.
WORDS = "eau puits santé école jeunes femmes climat forêt semences pirogue marché dispensaire Bénin Togo Mali".split()


def rows() -> list[Row]:
    """Records a second of CPU time, and peak megabytes; medians of rounds taken in turns."""
    relax_collector()
    whole, floor, bare, quiet = [], [], [], []
    with TemporaryDirectory() as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        write_feed(small, RECORDS)
        write_feed(large, MORE_RECORDS)
        with serving(Path(folder)) as node:
            for _ in range(ROUNDS):
                floor.append(RECORDS / taken_by_floor(small / "snapshot.ndjson.gz", Path(folder, "floor.sqlite")))
                bare.append(RECORDS / taken_by_bare_floor(small / "lines.ndjson"))
                first, again = taken_by_nights(f"{node.url}/small", 2, Path(folder, "hub.sqlite"))
                whole.append(RECORDS / first)
                quiet.append(again)
                require_same(Path(folder, "floor.sqlite"), Path(folder, "hub.sqlite"))
            peaks = [first_load(f"{node.url}/{each.name}").peak_mb for each in (small, large)]
    return [
        Row(
            name="harvest end to end, gzip and validation",
            unit="rec/CPU s",
            value=median(whole),
            baseline=median(floor),
            baseline_name="read the same file, orjson, raw executemany of the same rows",
            goal=0.5,
        ),
        Row(
            name="harvest end to end, against one bare table",
            unit="rec/CPU s",
            value=median(whole),
            baseline=median(bare),
            baseline_name="read plain lines, orjson, raw executemany of each line",
        ),
        Row(
            name="harvest of a source where nothing changed",
            unit="CPU s",
            value=median(quiet),
            baseline=RECORDS / median(whole),
            baseline_name="its first load: one small request against all of it",
            goal=0.01,
        ),
        Row(
            name=f"harvest peak memory, {MORE_RECORDS:,} records",
            unit="MB",
            value=peaks[1],
            baseline=peaks[0],
            baseline_name=f"{RECORDS:,} records",
            goal=1.1,
        ),
    ]


def record(number: int) -> dict[str, object]:
    text = " ".join(WORDS[(number * 7 + place * place) % len(WORDS)] for place in range(170))
    return {
        "name": f"Association {WORDS[number % 15]} {number}",
        "type": "ASSO-ASI",
        "seat": {"street": f"{number % 99} rue du Puits", "postcode": "37000", "city": "Tours", "insee": "37261"},
        "description": text,
        "sectors": ["EAU"],
        "countries": [{"code": "BJ", "roles": ["project"]}, {"code": "ML"}],
        "website": f"https://asso-{number}.example",
        "identifiers": [{"scheme": "rna", "value": f"W37{number % 10_000_000:07}"}],
    }


def write_feed(folder: Path, count: int) -> None:
    """A static network: manifest and snapshot; and its lines in the clear, for the floors."""
    folder.mkdir()
    digest = SetDigest()
    with (folder / "lines.ndjson").open("wb") as lines:
        for number in range(count):
            spelt = canonical(record(number))
            digest = digest.plus("actor", f"A-{number}", hash_of(spelt))
            lines.write(
                encode_put(
                    seq=number + 1, collection="actor", id=f"A-{number}", hash=hash_of(spelt), record_bytes=spelt
                )
            )
    manifest = {
        "protocol": "rrma-feed/1",
        "network": {"id": "bench", "name": "Bench"},
        "epoch": "one",
        "seq": count,
        "collections": {"actor": {"schema": "actor/1.0", "count": count, "digest": digest.hex}},
        "generated_at": "2026-11-23T00:00:00Z",
        "links": {"snapshot": "snapshot.ndjson.gz"},
    }
    (folder / "feed.json").write_text(json.dumps(manifest))
    with gzip.open(folder / "snapshot.ndjson.gz", "wb", 4) as packed, (folder / "lines.ndjson").open("rb") as lines:
        packed.write(orjson.dumps(manifest) + b"\n")
        packed.writelines(lines)
        packed.write(orjson.dumps({"end": True, "seq": count, "more": False}) + b"\n")


class Server(NamedTuple):
    """A process that serves files of ours."""

    url: str
    process: int

    def cpu_s(self) -> float:
        """CPU seconds that it took so far: fields 14 and 15 of proc_pid_stat(5), in hundredths."""
        told = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A folder under the standard library's server, in a process of its own."""
    with answering("http.server", "0", "--bind", "127.0.0.1", "--directory", str(folder)) as server:
        yield server


@contextmanager
def answering(*module: str) -> Iterator[Server]:
    """A module that serves, in a process of its own, and says at which port."""
    command = [sys.executable, "-u", "-m", *module]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            found = re.search(r"(?:port |127\.0\.0\.1:)(\d+)", server.stdout.readline() if server.stdout else "")
            yield Server(f"http://127.0.0.1:{found[1] if found else 0}", server.pid)
        finally:
            server.terminate()


def taken_by_floor(path: Path, database: Path) -> float:
    """CPU seconds to parse a snapshot file and write the very rows that a harvest writes, and nothing else."""
    with closing(sqlite3.connect(new(database))) as connection, gzip.open(path) as file:
        for pragma in ("synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        judged_with = stamp()
        started = process_time()
        next(file)
        while page := [line for line in map(orjson.loads, islice(file, PAGE_LINES)) if "record" in line]:
            with connection:
                connection.executemany(STATEMENT, (statement_row(line, judged_with) for line in page))
                connection.executemany(RECORD, map(record_row, page))
        return process_time() - started


def statement_row(line: dict[str, Any], judged_with: str) -> tuple[object, ...]:
    payload = orjson.dumps(line["record"])
    number = statement_number(1, line["seq"])
    return (number, line["id"], line["seq"], line["hash"], payload, judged_with, MOMENT)


def record_row(line: dict[str, Any]) -> tuple[object, ...]:
    number, declared = statement_number(1, line["seq"]), line["hash"]
    return (line["id"], bucket(line["id"]), number, declared, number, declared, MOMENT, line["id"])


def require_same(floor: Path, hub: Path) -> None:
    """Raise RuntimeError unless both databases hold the same statements and records, to the last column."""
    with closing(sqlite3.connect(floor)) as one, closing(sqlite3.connect(hub)) as other:
        for query in WRITTEN:
            if any(mine != theirs for mine, theirs in zip_longest(one.execute(query), other.execute(query))):
                raise RuntimeError(f"the floor did not write what the harvest wrote: {query}")


def new(database: Path) -> Path:
    """An empty database of the hub's shape in the place of an older one."""
    for name in (database.name, f"{database.name}-wal", f"{database.name}-shm"):
        database.with_name(name).unlink(missing_ok=True)
    engine = open_engine(f"sqlite:///{database}")
    upgrade(engine)
    engine.dispose()
    return database


def taken_by_bare_floor(path: Path) -> float:
    """CPU seconds of the least that could be called a harvest: one bare table, each line kept as it is."""
    with TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder, "floor.sqlite"))) as connection:
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        connection.execute("CREATE TABLE records (id TEXT PRIMARY KEY, payload BLOB)")
        started = process_time()
        with path.open("rb") as file:
            while page := [(orjson.loads(line)["id"], line) for line in islice(file, PAGE_LINES)]:
                with connection:
                    connection.executemany("INSERT OR REPLACE INTO records VALUES (?, ?)", page)
        return process_time() - started


def taken_by_nights(url: str, nights: int, database: Path, kind: SourceKind = SourceKind.STATIC) -> list[float]:
    """CPU seconds of each of some visits in a row: a first harvest of everything, proof included, then nothing new.

    Raises RuntimeError when one does not succeed."""
    configure_logging("error")
    taken = []
    engine = open_engine(f"sqlite:///{new(database)}")
    source = Source(name="bench", title="Bench", base_url=url, kind=kind, local=True)
    with open_client() as client:
        for _ in range(nights):
            started = process_time()
            job = harvest(source, FeedClient(client), engine, NOW)
            taken.append(process_time() - started)
            if job.status is not JobStatus.SUCCEEDED:
                raise RuntimeError(f"the harvest {job.status}: {job.reason}")
    engine.dispose()
    return taken


class Load(NamedTuple):
    """What a process took that harvested once: peak resident megabytes, CPU seconds of the harvest."""

    peak_mb: float
    cpu_s: float


def first_load(url: str) -> Load:
    """Harvest once, in a process of its own."""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.harvest", url], capture_output=True, text=True, check=True
    )
    return Load(*map(float, answer.stdout.split()))


if __name__ == "__main__":
    relax_collector()
    with TemporaryDirectory() as home:
        (taken,) = taken_by_nights(sys.argv[1], 1, Path(home, "hub.sqlite"))
    # Not getrusage: what it calls the peak starts from that of the process which started this one.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak[1]) / 1024 if peak else float("nan"), taken)
