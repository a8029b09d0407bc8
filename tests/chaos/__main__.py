"""`python -m tests.chaos [--seeds N] [--first SEED] [--nights N] [--networks N] [--processes N]`: many seeds at once.

Tells each seed on a line as it ends, in order, and one that breaks something with the command that replays it; exits 1
if any does. Ctrl-C or SIGTERM ends after the seeds at work, with the command that goes on from there.
"""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hub.wiring import configure_logging
from tests.chaos.simulation import Scale, Simulation


class Played(NamedTuple):
    """One seed. broken: what broke, None when everything held. cpu: seconds."""

    seed: int
    broken: str | None
    cpu: float
    happened: Mapping[str, int]


def play(scale: Scale, seed: int) -> Played:
    """Run one seed."""
    configure_logging("critical")
    started = time.process_time()
    with TemporaryDirectory() as folder:
        simulation = Simulation(seed, Path(folder), scale)
        try:
            simulation.run()
            broken = None
        except Exception as error:  # noqa: BLE001  # whatever it is, the seed goes into the report
            broken = f"{type(error).__name__}: {error}"
    return Played(seed, broken, time.process_time() - started, simulation.happened)


def command(scale: Scale, first: int, seeds: int) -> str:
    """What plays these seeds."""
    size = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in scale._asdict().items())
    return f"python -m tests.chaos --first {first} --seeds {seeds} {size}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seeds", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    for name, usual in Scale()._asdict().items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=usual, metavar="N")
    options = parser.parse_args()
    scale = Scale(**{name: getattr(options, name) for name in Scale._fields})
    seeds = range(options.first, options.first + options.seeds)
    started, done = time.monotonic(), list[Played]()
    for played in _played(scale, seeds, options.processes):
        done.append(played)
        print(f"seed {played.seed}: {played.broken or 'held'} ({played.cpu:.1f} CPU s)", flush=True)
        if played.broken is not None:
            print(f"  replay: {command(scale, played.seed, 1)}", flush=True)
    _tell(done, scale.nights, time.monotonic() - started)
    if len(done) < len(seeds):
        print(f"go on: {command(scale, options.first + len(done), len(seeds) - len(done))}")
        return 1
    return 1 if any(played.broken for played in done) else 0


def _played(scale: Scale, seeds: Sequence[int], processes: int) -> Iterator[Played]:
    """Seeds in order, each as soon as it and those before it ended; after an interruption, those that were at work."""
    with ProcessPoolExecutor(processes, initializer=_play_on) as pool:
        waiting = [pool.submit(play, scale, seed) for seed in seeds]
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: pool.shutdown(wait=False, cancel_futures=True))
        for future in waiting:
            try:
                yield future.result()
            except CancelledError:
                return


def _play_on() -> None:
    """A seed at work is played to its end, also when all processes are told to stop: the parent asks for no more."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _tell(done: Sequence[Played], nights: int, elapsed_s: float) -> None:
    happened = Counter[str]()
    for played in done:
        happened.update(played.happened)
    broken, cpu = sum(played.broken is not None for played in done), sum(played.cpu for played in done)
    print(
        f"{len(done)} seeds of {nights} nights, {broken} broken; {cpu / max(1, len(done)):.1f} CPU s a seed, "
        f"{elapsed_s / 60:.0f} minutes"
    )
    print(", ".join(f"{name} {count}" for name, count in sorted(happened.items()) if count))


if __name__ == "__main__":
    sys.exit(main())
