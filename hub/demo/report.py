"""What the demonstration did, once: the table for people and the JSON object for programs say the same."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from rich.box import SIMPLE
from rich.table import Table

from schemas.canonical import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow:
    """One network, from its files to the hub. Counts are of all its collections.

    rows:        rows in its files.
    accepted:    rows that its node states to the nation.
    issues:      rows with something to look at, accepted or kept back.
    harvested:   records that the hub received and holds, good or waiting.
    quarantined: those of them that wait.
    changes:     lines that its node added to its feed in this run.
    error:       why it took no part in this run; what the hub held of it stays.
    """

    id: str
    rows: int
    accepted: int
    issues: int
    harvested: int
    quarantined: int
    changes: int
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """networks in the order of the federation; seconds by stage, on the clock of the wall.

    records:         actor records behind the published actors.
    actors:          national actors published.
    clusters_merged: actors known from two records or more.
    changed:         this run made another release than the one that stood.
    """

    networks: tuple[NetworkRow, ...]
    records: int
    actors: int
    clusters_merged: int
    projects: int
    release: str
    changed: bool
    seconds: Mapping[str, float]

    @property
    def duplicates(self) -> int:
        """Records that told of an actor another record had told of already."""
        return self.records - self.actors

    @property
    def failures(self) -> tuple[NetworkRow, ...]:
        return tuple(network for network in self.networks if network.error)

    def as_json(self) -> JSON:
        return {
            "networks": [asdict(network) for network in self.networks],
            "records": self.records,
            "actors": self.actors,
            "duplicates": self.duplicates,
            "clusters_merged": self.clusters_merged,
            "projects": self.projects,
            "release": self.release,
            "changed": self.changed,
            "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()},
        }


COUNTS = ("rows", "accepted", "issues", "harvested", "quarantined")


def networks_table(report: Report) -> Table:
    table = Table(box=SIMPLE, show_footer=True, padding=(0, 0, 0, 1))
    table.add_column("network", footer="total", no_wrap=True)
    for name in COUNTS:
        total = sum(getattr(network, name) for network in report.networks)
        table.add_column(name, footer=f"{total:,}", justify="right", no_wrap=True)
    for network in report.networks:
        table.add_row(network.id, *(f"{getattr(network, name):,}" for name in COUNTS))
    return table


def summary(report: Report) -> list[str]:
    """The lines under the table, for people."""
    seconds = " · ".join(f"{stage} {taken:.1f} s" for stage, taken in report.seconds.items())
    lines = [
        f"actors      {report.actors:,} national actors from {report.records:,} records",
        f"clusters    {report.clusters_merged:,} actors known from several records",
        f"duplicates  {report.duplicates:,} found",
        f"projects    {report.projects:,}",
        f"release     {report.release}",
        f"time        {seconds}",
    ]
    lines += [f"unread      {network.id}: {network.error}" for network in report.failures]
    if not report.changed:
        lines.append("Nothing changed: no node had news, and the release that stood is still current.")
    return lines
