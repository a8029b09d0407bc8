"""One line of the benchmark table: something measured against something else in the same run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`ratio` is value over baseline, both in `unit`; machines differ, ratios travel.

    goal: the ratio to reach, or None when the row only informs.
    """

    name: str
    unit: str
    value: float
    baseline: float
    baseline_name: str
    goal: float | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.baseline
