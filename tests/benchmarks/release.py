"""What a release costs: each format, and the whole, against reading and parsing the same lines; CPU seconds.

The lines are golden records of generated directories, one for each source record. A format is charged with the rows it
is made of, though a release makes them once for all.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import orjson

from hub.distributions import table
from hub.distributions.contents import Contents, IssuedId, MemberRow, PublicLine, parsed
from hub.distributions.formats import FORMATS, Format
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

ACTORS, ROUNDS, SEED = 30_000, 3, 5
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
# CPU over "read and orjson.loads", of lines twice as long with half as many values.
GOALS = {"csv": 4.5, "excel.csv": 4.5, "parquet": 2.5, "xlsx": 8.0, "nt.gz": 3.5, "ttl": 7.0}


def rows(count: int = ACTORS) -> list[Row]:
    """Formats: the median of the rounds; the whole release once."""
    contents = _contents(count)
    lines = list(contents.lines["actor"])
    floor = _cpu(lambda: _parse(lines))
    with TemporaryDirectory() as folder:
        found = [_of_format(form, lines, floor, Path(folder)) for form in FORMATS]
        whole = _cpu(lambda: publish(contents, Path(folder) / "releases", NOW), rounds=1)
    said = f"orjson.loads of the same {len(lines):,} lines"
    return [*found, Row(name="whole release", unit="CPU s", value=whole, baseline=floor, baseline_name=said)]


def _of_format(form: Format, lines: Sequence[PublicLine], floor: float, folder: Path) -> Row:
    def written() -> None:
        made = form.write(folder / form.path("actor"), "actor", table.rows("actor", parsed(lines)), UNSIGNED)
        deque(made, maxlen=0)

    return Row(
        name=f"write {form.path('actor')}",
        unit="CPU s",
        value=_cpu(written),
        baseline=floor,
        baseline_name=f"orjson.loads of the same {len(lines):,} lines",
        goal=GOALS.get(form.suffix),
    )


def _parse(lines: Sequence[PublicLine]) -> None:
    for line in lines:
        orjson.loads(line.raw)


def _cpu(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        before = process_time()
        work()
        taken.append(process_time() - before)
    return median(taken)


def _contents(count: int) -> Contents:
    made = sorted(_golden(count), key=lambda each: each[0].id)
    return Contents(
        lines={"actor": [line for line, _ in made], "project": [], "announcement": []},
        members=[member for _, member in made],
        identifiers=[IssuedId(id=line.id, collection="actor", state="live") for line, _ in made],
    )


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
