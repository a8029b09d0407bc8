"""Harvest against OAI-PMH and its best-known client in Python, Sickle, which validates nothing and stores nothing.

All values of the same records are moved each time, and the work of both sides is counted. Two pairs:

    live    `rrma-node serve` over its store, gzip and all, harvested as a first load, proof included; against a
            repository that makes XML at each request, as lean as one can be (see `repository`)
    files   both forms made before, and sent as they are

The goal of 3 was set on a live pair by elapsed time, client and server sharing two cores: Sickle and its repository
wait for each other, while the lines of a feed are read as the next are made. So both are told of the live pair; elapsed
time means something on a quiet machine only. The pair of files has no goal: nobody makes anything, and not even the
floor of `harvest` would be three times as cheap.
"""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, process_time
from typing import NamedTuple
from uuid import UUID

import orjson
from sickle import Sickle

from hub.cli.collector import relax_collector
from hub.model.source import SourceKind
from node import home as homes
from node.store import records
from node.store.engine import writing
from node.store.records import Statement
from schemas.canonical import canonical
from tests.benchmarks.harvest import NOW, RECORDS, ROUNDS, Server, answering, serving, taken_by_nights, write_feed
from tests.benchmarks.repository import write_pages, write_rows
from tests.benchmarks.row import Row

EPOCH = UUID("0b4c1f9e-0000-4000-8000-000000000020")
BOTH, CLOCK = "rec/CPU s, both sides", "rec/s, elapsed"


class Moved(NamedTuple):
    """Records a second of CPU time of both sides, and a second of the clock."""

    by_cpu: float
    by_clock: float


def rows() -> list[Row]:
    """Medians of rounds taken in turns."""
    relax_collector()
    ours, theirs, our_files, their_files = list[Moved](), list[Moved](), list[Moved](), list[Moved]()
    with TemporaryDirectory() as name:
        folder = Path(name)
        lines, repository = folder / "feed" / "lines.ndjson", "tests.benchmarks.repository"
        write_feed(folder / "feed", RECORDS)
        write_node(lines, folder / "node")
        write_rows(lines, folder / "rows.sqlite")
        write_pages(lines, folder / "pages")
        with (
            answering("node", "serve", "--home", str(folder / "node"), "--port", "0") as node,
            serving(folder / "feed") as files,
            answering(repository, "live", str(folder / "rows.sqlite")) as live,
            answering(repository, "files", str(folder / "pages")) as pages,
        ):
            for _ in range(ROUNDS):
                ours.append(moved(node, lambda url: harvested(url, folder, SourceKind.LIVE)))
                theirs.append(moved(live, taken_by_sickle))
                our_files.append(moved(files, lambda url: harvested(url, folder, SourceKind.STATIC)))
                their_files.append(moved(pages, taken_by_sickle))
    return [
        Row(
            name="harvest of a live node, against OAI-PMH",
            unit=BOTH,
            value=median(each.by_cpu for each in ours),
            baseline=median(each.by_cpu for each in theirs),
            baseline_name="Sickle reads a live repository",
            goal=3,
        ),
        Row(
            name="harvest of a live node, against OAI-PMH, by the clock",
            unit=CLOCK,
            value=median(each.by_clock for each in ours),
            baseline=median(each.by_clock for each in theirs),
            baseline_name="Sickle reads a live repository",
            goal=3,
        ),
        Row(
            name="harvest of files, against OAI-PMH from files",
            unit=BOTH,
            value=median(each.by_cpu for each in our_files),
            baseline=median(each.by_cpu for each in their_files),
            baseline_name="Sickle reads pages that were made before",
        ),
    ]


def write_node(lines: Path, folder: Path) -> None:
    """A node whose store states the puts of a feed."""
    home = homes.create(folder, {"network": "bench", "name": "Bench"}, epoch=EPOCH, now=NOW)
    with lines.open("rb") as file, writing(home.engine) as connection:
        told = (
            Statement(collection="actor", local_id=line["id"], origin="bench", payload=canonical(line["record"]))
            for line in map(orjson.loads, file)
        )
        records.apply(connection, told, ingest=0, modified_at="2026-11-23T00:00:00Z")
    home.engine.dispose()


def moved(server: Server, read: Callable[[str], float]) -> Moved:
    """How fast all records of a server are read. read: gives the CPU seconds that it took on this side."""
    asked, began = server.cpu_s(), monotonic()
    ours = read(server.url)
    elapsed = monotonic() - began
    return Moved(RECORDS / (ours + server.cpu_s() - asked), RECORDS / elapsed)


def harvested(url: str, folder: Path, kind: SourceKind) -> float:
    """CPU seconds of a first harvest into an empty database."""
    (taken,) = taken_by_nights(url, 1, folder / "hub.sqlite", kind)
    return taken


def taken_by_sickle(url: str) -> float:
    """CPU seconds to read every record's metadata, and nothing else."""
    started = process_time()
    found = sum(1 for record in Sickle(url).ListRecords(metadataPrefix="oai_dc") if record.metadata["title"])
    taken = process_time() - started
    if found != RECORDS:
        raise RuntimeError(f"{found} records of {RECORDS}")
    return taken
