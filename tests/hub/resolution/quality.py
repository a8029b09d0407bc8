"""How good resolution is on the judged pairs: `python -m tests.hub.resolution.quality` prints it.

A pair counts as found when both records end in one cluster, with all judged records resolved together.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from hub.resolution import resolve_records
from schemas.record import RecordKey
from tests.hub.resolution.records import accepted

JUDGED = Path(__file__).parents[2] / "data" / "judged"
_Z = 1.96  # 95 %

JudgedPair = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Found rightly, found wrongly, and missed, in pairs."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)

    def __str__(self) -> str:
        found, true = self.right + self.wrong, self.right + self.missed
        return (
            f"precision {self.precision:.3f} {_interval(self.right, found)} of {found}, "
            f"recall {self.recall:.3f} {_interval(self.right, true)} of {true}"
        )


def judged_pairs() -> list[JudgedPair]:
    """The pairs that are decided; `unsure` counts neither way."""
    with (JUDGED / "pairs.csv").open(encoding="utf-8", newline="") as file:
        return [pair for pair in csv.DictReader(file) if pair["verdict"] != "unsure"]


def homes() -> Mapping[str, int]:
    """Record, as "network/id" -> the number of its cluster."""
    lines = (JUDGED / "records.ndjson").read_text("utf-8").splitlines()
    records = [accepted(line["source"], line["id"], line["record"]) for line in map(json.loads, lines)]
    clusters = resolve_records(records).clusters
    return {_name(key): number for number, cluster in enumerate(clusters) for key in cluster}


def quality(pairs: Sequence[JudgedPair], home: Mapping[str, int]) -> Quality:
    outcomes = [(pair["verdict"] == "same", home[pair["left"]] == home[pair["right"]]) for pair in pairs]
    return Quality(
        right=outcomes.count((True, True)), wrong=outcomes.count((False, True)), missed=outcomes.count((True, False))
    )


def _name(key: RecordKey) -> str:
    return f"{key.source}/{key.local_id}"


def _interval(count: int, total: int) -> str:
    """Wilson's 95 % interval of a proportion."""
    share, spread = count / total, _Z**2 / total
    centre = (share + spread / 2) / (1 + spread)
    half = _Z * sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return f"[{centre - half:.3f}, {centre + half:.3f}]"


if __name__ == "__main__":
    home = homes()
    for split in ("fit", "tune", "test"):
        print(f"{split:9}", quality([pair for pair in judged_pairs() if pair["split"] == split], home))
