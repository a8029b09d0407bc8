"""What a release costs: each format against reading and parsing the same lines, and the whole; CPU seconds.

The lines are golden records of generated directories, one for each source record; they are made once and kept in
`build/benchmarks/`. A format is charged with the cells it is made of, though a release makes them once for all. The
whole is made by as many processes as there are cores, in a process of its own, so that memory is its own too.
"""

import gzip
import resource
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time
from typing import TypeVar

import orjson

from hub.distributions.batch import batches
from hub.distributions.contents import Contents, IssuedId, MemberRow, PublicLine
from hub.distributions.formats import FORMATS, Format
from hub.distributions.jsonlines import packed
from hub.distributions.snapshot import Lines, Rows, take
from hub.merge import golden
from hub.model.cluster import Cluster
from hub.model.identity import national_id
from hub.model.imprint import UNSIGNED
from hub.model.record import Accepted, Founding
from hub.stages.release import publish
from schemas.canonical import canonical, content_hash
from schemas.record import RecordKey
from tests.benchmarks.row import Row
from tests.directories import directories

ACTORS, ROUNDS, SEED = 30_000, 5, 5
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
BASES = Path("build/benchmarks")
# CPU over "read and orjson.loads", of lines twice as long with half as many values; N-Triples were not gzipped.
GOALS = {"csv": 4.5, "excel.csv": 4.5, "parquet": 2.5, "xlsx": 8.0, "nt": 3.5, "ttl": 7.0}
# Actors -> the seconds that a whole release of as many may take on two cores.
SECONDS = {30_000: 15, 1_000_000: 360}
_FORMATS_UP_TO = 100_000
_PIECE = 1 << 20
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of a whole release. megabytes: the most that the process held, and one of its crew."""

    cpu_s: float
    elapsed_s: float
    own_mb: float
    crew_mb: float


def rows(count: int = ACTORS) -> list[Row]:
    """Formats: the least of the rounds; the whole release once."""
    folder = base(count)
    found = _alone(_formats, folder) if count <= _FORMATS_UP_TO else []
    floor, cost = _alone(_floor, folder), _alone(_whole, folder)
    actors, seconds = min(SECONDS.items(), key=lambda each: abs(each[0] - count))
    return [
        *found,
        Row(
            name="whole release",
            unit="CPU s",
            value=cost.cpu_s,
            baseline=floor,
            baseline_name=f"orjson.loads of the same {count:,} lines",
        ),
        Row(
            name="whole release, elapsed",
            unit="s",
            value=cost.elapsed_s,
            baseline=seconds * count / actors,
            baseline_name=f"{seconds} s for {actors:,} actors",
            goal=1,
        ),
        Row(
            name="whole release, most memory of a process of the crew",
            unit="MB",
            value=cost.crew_mb,
            baseline=cost.own_mb,
            baseline_name="that of the process that leads it",
        ),
    ]


def base(count: int) -> Path:
    """The folder of a snapshot of that many records, made when it is not there yet."""
    folder = BASES / f"release-{SEED}-{count}"
    if not (folder / "whole").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _alone(_make, folder, count)
        (folder / "whole").touch()
    return folder


def contents(folder: Path) -> Contents:
    names = ("actor", "project", "announcement")
    return Contents(
        lines={name: Lines(folder / f"{name}.lines") for name in names},
        members=Rows(folder / "members"),
        identifiers=Rows(folder / "identifiers"),
    )


def _make(folder: Path, count: int) -> None:
    made = sorted(_golden(count), key=lambda each: each[0].id)
    everything = Contents(
        lines={"actor": [line for line, _ in made], "project": [], "announcement": []},
        members=[member for _, member in made],
        identifiers=[IssuedId(id=line.id, collection="actor", state="live") for line, _ in made],
    )
    take(everything, folder)


def _alone(work: Callable[..., _T], *arguments: object) -> _T:
    """Done by a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _formats(folder: Path) -> list[Row]:
    lines = list(contents(folder).lines["actor"])
    with TemporaryDirectory() as target:
        return [row for form in FORMATS for row in _of_format(form, lines, Path(target))]


def _floor(folder: Path) -> float:
    lines = contents(folder).lines["actor"]
    return _cpu(lambda: _parse(lines))


def _whole(folder: Path) -> Cost:
    with TemporaryDirectory(dir=folder) as target:
        started = monotonic()
        publish(contents(folder), Path(target), NOW)
        elapsed = monotonic() - started
    own, crew = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(
        cpu_s=own.ru_utime + own.ru_stime + crew.ru_utime + crew.ru_stime,
        elapsed_s=elapsed,
        own_mb=own.ru_maxrss / 1_024,
        crew_mb=crew.ru_maxrss / 1_024,
    )


def _of_format(form: Format, lines: Sequence[PublicLine], folder: Path) -> Iterator[Row]:
    """What a format costs; where it is gzipped, what it costs without."""
    path = folder / form.path("actor")

    def written() -> None:
        passing = batches("actor", (line.raw for line in lines))
        deque(form.write(path, "actor", passing, UNSIGNED), maxlen=0)

    floor, cost = _side_by_side(lambda: _parse(lines), written)
    parsing = f"orjson.loads of the same {len(lines):,} lines"
    goal = GOALS.get(form.suffix)
    yield Row(name=f"write {path.name}", unit="CPU s", value=cost, baseline=floor, baseline_name=parsing, goal=goal)
    if form.suffix.endswith(".gz"):
        bare = gzip.decompress(path.read_bytes())
        floor, packing = _side_by_side(lambda: _parse(lines), lambda: _pack(path, bare))
        yield Row(
            name=f"write {path.stem}, before gzip",
            unit="CPU s",
            value=cost - packing,
            baseline=floor,
            baseline_name=parsing,
            goal=GOALS.get(form.suffix.removesuffix(".gz")),
        )


def _pack(path: Path, bare: bytes) -> None:
    with packed(path) as file:
        for at in range(0, len(bare), _PIECE):
            file.write(bare[at : at + _PIECE])


def _side_by_side(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """The least CPU of each over some rounds, one after the other in each: a loaded machine only ever adds."""
    taken = [(_cpu(one), _cpu(other)) for _ in range(ROUNDS)]
    return min(first for first, _ in taken), min(second for _, second in taken)


def _parse(lines: Iterable[PublicLine]) -> None:
    for line in lines:
        orjson.loads(line.raw)


def _cpu(work: Callable[[], object]) -> float:
    before = process_time()
    work()
    return process_time() - before


def _golden(count: int) -> Iterator[tuple[PublicLine, MemberRow]]:
    for each in directories(SEED, count):
        key = RecordKey("actor", each.source, each.id)
        name = national_id(key)
        record = Accepted(
            key=key,
            payload=each.record,
            hash=content_hash(each.record),
            modified_at=NOW,
            founded=Founding(NOW, key),
        )
        line = golden(Cluster(national_id=name, collection="actor", members=(key,)), [record], lambda _: None).as_line()
        member = MemberRow(
            collection="actor",
            national_id=name,
            network=key.source,
            local_id=key.local_id,
            modified_on="2026-11-23",
            payload=canonical(each.record),
        )
        yield PublicLine(name, canonical(line)), member
