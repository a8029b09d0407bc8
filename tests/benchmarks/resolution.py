"""Resolution without a hub, in whole processes: `rrma-hub match` against reading the same file.

    full                  every line read, every name taken apart, every pair compared
    full, rows at hand    the same lines again under another model: what was read of each record is kept in `--state`
    1 % changed           a night: a fresh process, the lines that changed alone, the state of the night before

The floor is a process that loads numpy and Arrow and reads the same file with `orjson.loads`, line by line. Directories
are those of tests/directories. 20,000 records, or as many as asked: `make bench ARGS=resolution:200000`.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import orjson

from hub.resolution.model import load, save
from tests.benchmarks.row import Row
from tests.directories import directories

RECORDS, SEED, ROUNDS = 20_000, 7, 3
MANY = 100_000  # records from which one round is enough
FLOOR = "import sys, numpy, orjson, pyarrow\nfor line in open(sys.argv[1], 'rb'): orjson.loads(line)"
_BASELINE = "numpy and Arrow loaded, orjson.loads of the same file"

# A process of its own starts the one that is measured: what is measured would else begin with the memory of this one.
_LAUNCHER = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, status]))
"""

# Records -> CPU seconds and megabytes asked of the reference machine (2 cores, CPython 3.11), and the floor there.
# The floor there: its share of a full match, times the seconds that match took there.
_ASKED = {
    20_000: {"full": (3.0, 120), "rows at hand": (1.7, 120), "night": (0.4, None), "floor": (0.12, 54)},
    200_000: {"full": (None, 600), "rows at hand": (17, 600), "night": (1.5, None), "floor": (0.32, 54)},
    1_000_000: {"full": (210, 3_800), "rows at hand": (210, 3_800), "night": (None, None), "floor": (1.1, 54)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Used:
    """Of one process: CPU seconds of all its threads, and megabytes at its peak."""

    cpu_s: float
    peak_mb: float


def rows(records: int = RECORDS) -> list[Row]:
    """Medians of rounds taken in turns."""
    used: dict[str, list[_Used]] = {"floor": [], "full": [], "rows at hand": [], "night": []}
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, records)
        for _ in range(ROUNDS if records < MANY else 1):
            used["floor"].append(_measured("-c", FLOOR, str(folder / "all.ndjson")))
            used["full"].append(_match(folder, "all.ndjson"))
            _state(folder, "--model", str(folder / "other.json"))
            used["rows at hand"].append(_match(folder, "all.ndjson", "--state", str(folder / "state")))
            _state(folder)
            used["night"].append(_match(folder, "changed.ndjson", "--state", str(folder / "state")))
    names = {"full": "full", "rows at hand": "full, rows at hand", "night": "1 % changed, a fresh process"}
    return [row for kind, said in names.items() for row in _rows(said, kind, records, used)]


def _rows(said: str, kind: str, records: int, used: dict[str, list[_Used]]) -> list[Row]:
    asked = _ASKED.get(records, {})
    name = f"match {records:,} records, {said}"
    found = []
    for at, (unit, taken) in enumerate({"CPU s": "cpu_s", "MB at the peak": "peak_mb"}.items()):
        value, floor = (median(getattr(each, taken) for each in used[which]) for which in (kind, "floor"))
        wanted = asked[kind][at] if asked else None
        goal = wanted / (asked["floor"][at] or 1) if wanted else None
        found.append(Row(name=name, unit=unit, value=value, baseline=floor, baseline_name=_BASELINE, goal=goal))
    return found


def _write(folder: Path, records: int) -> None:
    """all.ndjson; changed.ndjson, of which one record in a hundred says something else; other.json, another model."""
    chance = random.Random(SEED)
    with (folder / "all.ndjson").open("wb") as everything, (folder / "changed.ndjson").open("wb") as changed:
        for at, listed in enumerate(directories(SEED, records)):
            line = listed.as_line()
            everything.write(orjson.dumps(line) + b"\n")
            if at % 100 == 0:
                said = f"{listed.record.get('description', '')} Édition nouvelle."
                record = listed.record | {"description": said, "phone": f"+332{chance.randrange(10**8):08}"}
                changed.write(orjson.dumps(line | {"record": record}) + b"\n")
    model = load()
    actors = model.collections["actor"]
    other = replace(model, collections={**model.collections, "actor": replace(actors, bias=actors.bias - 0.5)})
    save(other, folder / "other.json")


def _state(folder: Path, *options: str) -> None:
    """A state of all records, made anew or, for each set of options, as it was made the first time."""
    made = folder / f"state-{len(options)}"
    if not made.exists():
        _match(folder, "all.ndjson", "--state", str(made), *options)
    shutil.rmtree(folder / "state", ignore_errors=True)
    shutil.copytree(made, folder / "state")


def _match(folder: Path, lines: str, *options: str) -> _Used:
    return _measured("-m", "hub.cli", "match", str(folder / lines), "--out", str(folder / "clusters.csv"), *options)


def _measured(*arguments: str) -> _Used:
    return _used([sys.executable, "-c", _LAUNCHER, sys.executable, *arguments])


def _used(command: Sequence[str]) -> _Used:
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=compiled).stdout
    cpu_s, peak_mb, status = json.loads(told)
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with status {status}")
    return _Used(cpu_s=cpu_s, peak_mb=peak_mb)
