"""`python -m tests.chaos [--seeds N] [--first SEED] [--nights N] [--networks N] [--processes N]`: many seeds at once.

Prints each seed that breaks something, with the command that replays it, and exits 1 if any does.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hub.wiring import configure_logging
from tests.chaos.simulation import Scale, Simulation

# In memory where there is such a folder: what SQLite promises is the same, and a year takes half the time.
_SHM = Path("/dev/shm")


class Played(NamedTuple):
    """One seed. broken: what broke and how to see it again, None when everything held. cpu: seconds."""

    seed: int
    broken: str | None
    cpu: float
    happened: Mapping[str, int]


def play(scale: Scale, seed: int) -> Played:
    """Run one seed."""
    configure_logging("critical")
    started = time.process_time()
    with TemporaryDirectory(dir=_SHM if _SHM.is_dir() else None) as folder:
        simulation = Simulation(seed, Path(folder), scale)
        try:
            simulation.run()
            broken = None
        except Exception as error:  # noqa: BLE001  # whatever it is, the seed goes into the report
            arguments = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in scale._asdict().items())
            again = f"python -m tests.chaos --seeds 1 --first {seed} {arguments}"
            broken = f"seed {seed}: {type(error).__name__}: {error}\n  replay: {again}"
    return Played(seed, broken, time.process_time() - started, simulation.happened)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seeds", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    for name, usual in Scale()._asdict().items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=usual, metavar="N")
    options = parser.parse_args()
    scale = Scale(**{name: getattr(options, name) for name in Scale._fields})
    seeds = range(options.first, options.first + options.seeds)
    broken, cpu, happened = 0, 0.0, Counter[str]()
    with ProcessPoolExecutor(options.processes) as pool:
        for played in pool.map(partial(play, scale), seeds):
            cpu += played.cpu
            happened.update(played.happened)
            if played.broken is not None:
                broken += 1
                print(played.broken, flush=True)
    print(f"{len(seeds)} seeds, {broken} broken, {cpu / len(seeds):.1f} CPU s a seed")
    print(", ".join(f"{name} {count}" for name, count in sorted(happened.items()) if count))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
