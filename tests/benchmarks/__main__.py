"""`python -m tests.benchmarks [--json PATH] [NAME[:RECORDS]…]`: measure, print a table, write JSON.

RECORDS says how large the measured directories are, where a benchmark can be of several sizes (resolution).

Every figure is a ratio between two things measured in turns in one run, since machines differ and are noisy. Nothing
here fails for being slow.
"""

import argparse
import importlib
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from tests.benchmarks.row import Row

MODULES = ("validation", "reading", "harvest", "oai", "cycle", "resolution", "contents", "release")
# Minutes and gigabytes: measured only when named.
LARGE = ("million", "site")
DEFAULT_JSON = Path("build/benchmarks.json")


def table(rows: Sequence[Row]) -> Table:
    shown = Table(box=SIMPLE, padding=(0, 0, 0, 1))
    shown.add_column("what, against what")
    for heading in ("unit", "value", "baseline", "ratio", "goal"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        goal = "" if row.goal is None else f"{row.goal:.3g}"
        figures = (_short(row.value), _short(row.baseline), f"{row.ratio:.3g}", goal)
        shown.add_row(f"{row.name}\n[dim]  {row.baseline_name}[/dim]", row.unit, *figures)
    return shown


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def as_json(rows: Sequence[Row]) -> dict[str, object]:
    return {
        "machine": {"python": platform.python_version(), "system": platform.platform(), "cpus": os.cpu_count()},
        "rows": [asdict(row) | {"ratio": row.ratio} for row in rows],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure the ratios that count.")
    known = f"any of {', '.join(MODULES + LARGE)}; without, all but {', '.join(LARGE)}"
    parser.add_argument("names", nargs="*", metavar="NAME[:RECORDS]", help=known)
    parser.add_argument("--json", type=Path, default=DEFAULT_JSON, help="where to write the figures (%(default)s)")
    options = parser.parse_args(arguments)
    asked = [name.partition(":")[::2] for name in options.names or MODULES]
    if unknown := {name for name, _ in asked} - {*MODULES, *LARGE}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    console = Console()
    rows: list[Row] = []
    for name, size in asked:
        console.print(f"measuring {name} …", style="dim")
        measure = importlib.import_module(f"tests.benchmarks.{name}").rows
        rows += measure(int(size)) if size else measure()
    console.print(table(rows))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(as_json(rows), indent=2) + "\n", encoding="utf-8")
    console.print(f"written to {options.json}")


if __name__ == "__main__":
    main()
