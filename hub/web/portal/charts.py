"""Charts that are tables: each row a label, a bar drawn on the server, and the number, the same for every reader.

Widths are percentages: the style sheet decides how large a bar is on a desk, on a phone and on paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row: what is counted, its address, and the share of the longest bar, in percent."""

    label: str
    url: str
    count: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Horizontal bars from zero, in the order given. `note` says what is not drawn."""

    id: str
    title: str
    bars: tuple[Bar, ...]
    note: str = ""


def bar_chart(name: str, title: str, rows: Sequence[tuple[str, str, int]], note: str = "") -> BarChart:
    """rows: label, address, count."""
    most = max((count for _, _, count in rows), default=0) or 1
    bars = tuple(
        Bar(label=label, url=url, count=count, share=round(100 * count / most, 1)) for label, url, count in rows
    )
    return BarChart(id=name, title=title, bars=bars, note=note)
