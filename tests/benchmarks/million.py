"""A first load of a million records: does it complete, in how much memory, as fast a record as a small one?

Takes ten gigabytes of disk and several minutes; only when asked for by name.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.harvest import RECORDS, first_load, serving, write_feed
from tests.benchmarks.row import Row

MANY = 1_000_000
MORE_MB = 50


def rows(many: int = MANY) -> list[Row]:
    """One load of each size."""
    with TemporaryDirectory() as folder:
        for count in (RECORDS, many):
            write_feed(Path(folder, str(count)), count)
        with serving(Path(folder)) as node:
            small, large = (first_load(f"{node.url}/{count}") for count in (RECORDS, many))
    return [
        Row(
            name=f"first load of {many:,} records, peak memory",
            unit="MB",
            value=large.peak_mb,
            baseline=small.peak_mb + MORE_MB,
            baseline_name=f"that of {RECORDS:,} records, and {MORE_MB} MB",
            goal=1,
        ),
        Row(
            name=f"first load of {many:,} records, speed",
            unit="rec/CPU s",
            value=many / large.cpu_s,
            baseline=RECORDS / small.cpu_s,
            baseline_name=f"that of {RECORDS:,} records",
            goal=0.9,
        ),
    ]
