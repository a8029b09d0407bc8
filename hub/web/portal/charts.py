"""Charts drawn on the server: an SVG and the table it was drawn from, out of one list of numbers.

Sizes are in SVG user units; the style sheet decides what they are on screen and on paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass

ROW, BAR, LABELS, WIDTH, COUNTS = 28, 16, 230, 640, 60
MAX_LABEL = 34


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row. `width` is in user units; `short` is the label as it fits beside the bar."""

    label: str
    short: str
    count: int
    url: str
    y: int
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Horizontal bars from zero, in the order given."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    note: str = ""

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def bar_chart(title: str, unit: str, rows: Sequence[tuple[str, int, str]], note: str = "") -> BarChart:
    """rows: label, count, and the address of what was counted."""
    most = max((count for _, count, _ in rows), default=1) or 1
    scale = (WIDTH - LABELS - COUNTS) / most
    bars = tuple(
        Bar(label=label, short=_short(label), count=count, url=url, y=index * ROW, width=round(count * scale, 1))
        for index, (label, count, url) in enumerate(rows)
    )
    return BarChart(title=title, unit=unit, bars=bars, note=note)


def _short(label: str) -> str:
    return label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1].rstrip(" ,") + "…"
