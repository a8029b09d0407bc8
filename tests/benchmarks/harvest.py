"""Harvest end to end against its floor, and the memory it takes as feeds grow.

End to end: HTTP, gzip, lines, hashes, validation, statements and standings in SQLite, proof. The floor reads the plain
lines from disk, parses them with orjson and writes the same rows by raw `executemany`, page by page, with the same
promises on disk; the bare floor keeps each line in a table of two columns. The server is a process of its own. Peak
memory is of a fresh process for each size.
"""

import gzip
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

import orjson

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.feeds.paging import PAGE_LINES
from hub.migrations import upgrade
from hub.model.job import JobStatus
from hub.model.source import Source, SourceKind
from hub.stages.harvest import harvest
from hub.store.engine import open_engine
from hub.wiring import configure_logging
from schemas.canonical import SetDigest, bucket, canonical, hash_of
from schemas.feed import encode_put
from tests.benchmarks.oai import taken_by_sickle, write_pages
from tests.benchmarks.row import Row

RECORDS, MORE_RECORDS, ROUNDS = 20_000, 100_000, 3
MOMENT = "2026-11-23 02:30:00.000000"
STATEMENT = """INSERT INTO statements
    (number, source, collection, local_id, op, seq, hash, payload, verdict, received_at)
    VALUES (?, 'bench', 'actor', ?, 'put', ?, ?, ?, 'accepted', ?)"""
RECORD = """INSERT OR REPLACE INTO records
    (source, collection, local_id, bucket, state, received_statement, declared_hash, accepted_statement, accepted_hash,
     founded_on, founded_as, minted)
    VALUES ('bench', 'actor', ?, ?, 'accepted', ?, ?, ?, ?, ?, ?, 1)"""
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
# About 1.7 kB a record, as the directories that the design was measured on.
WORDS = "eau puits santé école jeunes femmes climat forêt semences pirogue marché dispensaire Bénin Togo Mali".split()


def rows() -> list[Row]:
    """Records a second of CPU time, and peak megabytes; medians of rounds taken in turns."""
    whole, floor, bare, oai, quiet = [], [], [], [], []
    with TemporaryDirectory() as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        write_feed(small, RECORDS)
        write_feed(large, MORE_RECORDS)
        write_pages(small / "lines.ndjson", Path(folder, "oai"))
        with serving(Path(folder)) as url, answering("tests.benchmarks.oai", str(Path(folder, "oai"))) as repository:
            for _ in range(ROUNDS):
                oai.append(RECORDS / taken_by_sickle(repository, RECORDS))
                floor.append(RECORDS / taken_by_floor(small / "lines.ndjson"))
                bare.append(RECORDS / taken_by_bare_floor(small / "lines.ndjson"))
                first, again = taken_by_nights(f"{url}/small", 2)
                whole.append(RECORDS / first)
                quiet.append(again)
            peaks = [first_load(f"{url}/{each.name}").peak_mb for each in (small, large)]
    return [
        Row(
            name="harvest end to end, gzip and validation",
            unit="rec/CPU s",
            value=median(whole),
            baseline=median(floor),
            baseline_name="read the file, orjson, raw executemany of the same rows",
            goal=0.5,
        ),
        Row(
            name="harvest end to end, against one bare table",
            unit="rec/CPU s",
            value=median(whole),
            baseline=median(bare),
            baseline_name="read the file, orjson, raw executemany of each line",
        ),
        Row(
            name="harvest end to end, against an OAI-PMH client",
            unit="rec/CPU s",
            value=median(whole),
            baseline=median(oai),
            baseline_name="Sickle reads the same records as Dublin Core: no validation, no store",
            goal=3,
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


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A folder under the standard library's server, in a process of its own."""
    with answering("http.server", "0", "--bind", "127.0.0.1", "--directory", str(folder)) as url:
        yield url


@contextmanager
def answering(*module: str) -> Iterator[str]:
    """A module that serves, in a process of its own, and says at which port."""
    command = [sys.executable, "-u", "-m", *module]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            found = re.search(r"port (\d+)", server.stdout.readline() if server.stdout else "")
            yield f"http://127.0.0.1:{found[1] if found else 0}"
        finally:
            server.terminate()


def taken_by_floor(path: Path) -> float:
    """CPU seconds to parse a local file and write the very rows that a harvest writes, and nothing else."""
    with TemporaryDirectory() as folder:
        database = Path(folder, "hub.sqlite")
        engine = open_engine(f"sqlite:///{database}")
        upgrade(engine)
        engine.dispose()
        with closing(sqlite3.connect(database)) as connection, path.open("rb") as file:
            connection.execute("PRAGMA synchronous=FULL")
            started = process_time()
            while page := [orjson.loads(line) for line in islice(file, PAGE_LINES)]:
                with connection:
                    connection.executemany(STATEMENT, map(statement_row, page))
                    connection.executemany(RECORD, map(record_row, page))
            return process_time() - started


def statement_row(line: dict[str, Any]) -> tuple[object, ...]:
    return (line["seq"], line["id"], line["seq"], line["hash"], orjson.dumps(line["record"]), MOMENT)


def record_row(line: dict[str, Any]) -> tuple[object, ...]:
    return (line["id"], bucket(line["id"]), line["seq"], line["hash"], line["seq"], line["hash"], MOMENT, line["id"])


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


def taken_by_nights(url: str, nights: int) -> list[float]:
    """CPU seconds of each of some visits in a row: a first harvest of everything, proof included, then nothing new.

    Raises RuntimeError when one does not succeed."""
    configure_logging("error")
    taken = []
    with TemporaryDirectory() as folder, open_client() as client:
        engine = open_engine(f"sqlite:///{folder}/hub.sqlite")
        upgrade(engine)
        source = Source(name="bench", title="Bench", base_url=url, kind=SourceKind.STATIC, local=True)
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
    (taken,) = taken_by_nights(sys.argv[1], 1)
    # Not getrusage: what it calls the peak starts from that of the process which started this one.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak[1]) / 1024 if peak else float("nan"), taken)
