"""What a release is made of, read from a real database and written down: memory must not grow with the records.

Every actor is listed by two networks and joined, so that there are twice as many records and as many reasons as actors.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from hub.distributions.snapshot import take
from hub.stages.contents import contents
from hub.store.engine import reading
from tests.benchmarks.row import Row
from tests.hub.stages.listed_twice import listed_twice, peak_mb

ACTORS, TIMES = 12_000, 4


def rows(actors: int = ACTORS) -> list[Row]:
    """What Python itself allocates, by tracemalloc."""
    small, large = (_peak(count) for count in (actors // TIMES, actors))
    return [
        Row(
            name=f"snapshot of {actors:,} actors, peak of what Python holds",
            unit="MB",
            value=large,
            baseline=small,
            baseline_name=f"of {actors // TIMES:,} actors",
            goal=1,
        )
    ]


def _peak(actors: int) -> float:
    with TemporaryDirectory() as folder, listed_twice(Path(folder, "hub.sqlite"), actors) as engine:
        return peak_mb(partial(_take, engine, Path(folder)))


def _take(engine: Engine, folder: Path) -> None:
    with reading(engine) as connection:
        take(contents(connection), folder)
