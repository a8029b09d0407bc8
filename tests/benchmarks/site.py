"""The static site of a release, by its size: what a record costs, and that memory does not grow with them.

Each size is written in a process of its own, from real actors under new names, in order of place as a release has them.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import process_time

import orjson

from hub.distributions import site
from hub.model.identity import national_id
from hub.model.imprint import Imprint
from hub.model.territory import territory
from schemas.canonical import JSON
from schemas.record import RecordKey
from tests.benchmarks.row import Row
from tests.hub.distributions.lines import real_actors

COVER = site.Cover(release="bench", day="2026-11-03", notice="", imprint=Imprint())


def rows(records: int = 200_000) -> list[Row]:
    """records: of the large site; the small one has a tenth."""
    small, large = (_measured(count) for count in (records // 10, records))
    return [
        Row(
            name=f"static site of {records:,} actors: CPU seconds to write and read back",
            unit="s",
            value=large["cpu"],
            baseline=large["parse"],
            baseline_name="reading and naming the same records",
        ),
        Row(
            name=f"static site: peak memory, {records:,} actors",
            unit="MB",
            value=large["memory"],
            baseline=small["memory"],
            baseline_name=f"{records // 10:,} actors",
            goal=1.2,
        ),
    ]


def _measured(count: int) -> dict[str, float]:
    """In a process of its own, since peaks of memory never go down."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.site", str(count)], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _actors(count: int) -> Iterator[JSON]:
    base = [orjson.dumps(each) for each in sorted(real_actors(), key=_place)]
    for number in range(count):
        says = orjson.loads(base[number * len(base) // count])
        yield says | {"id": national_id(RecordKey("actor", "bench", str(number))), "name": f"{says['name']} {number}"}


def _place(says: JSON) -> str:
    return (territory(says["seat"]).department or "~") if says.get("seat") else "~"


def main(count: int) -> None:
    began = process_time()
    made = sum(1 for _ in _actors(count))
    parsed = process_time()
    with TemporaryDirectory() as folder:
        path = Path(folder, site.NAME)
        site.write(path, {"actor": _actors(count)}, {}, COVER)
        if sum(1 for _ in site.ids(path)) != made:
            raise SystemExit("the site does not hold what was written")
    cpu, memory = process_time() - parsed - (parsed - began), getrusage(RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"parse": parsed - began, "cpu": cpu, "memory": memory}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
