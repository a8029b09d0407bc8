"""Headings written over two rows or more with merged cells become one row of headings.

Structure │    Contact            Structure │ Contact / Nom │ Contact / Courriel
          │  Nom  │ Courriel  ──►
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from connectors.tabulate import Line

Range = tuple[tuple[int, int], tuple[int, int]]
_DEEPEST = 40


def join_merged_headings(lines: Iterator[Line], merged: Sequence[Range], header_row: int | None) -> Iterator[Line]:
    """Join the rows that a heading merged downwards from the first filled row spans.

    Nothing is changed where no heading is merged downwards, nor when the row of headings is given.
    merged: ranges as ((top, left), (bottom, right)), counted from 0.
    """
    first = list(islice(lines, _DEEPEST))
    downwards = [area for area in merged if area[0][0] < area[1][0] < len(first)]
    top = min((area[0][0] for area in downwards), default=None)
    if header_row is not None or top is None or any(_is_wide(line) for line in first[:top]):
        return chain(first, lines)
    bottom = max(area[1][0] for area in downwards if area[0][0] == top)
    return chain([_joined(first[top : bottom + 1], merged)], first[bottom + 1 :], lines)


def _is_wide(line: Line) -> bool:
    """More than a title: headings stand above, so that what is merged below is data."""
    return sum(map(bool, line.cells)) > 1


def _joined(block: Sequence[Line], merged: Sequence[Range]) -> Line:
    texts = [list(line.cells) for line in block]
    top = block[0].number - 1
    for (first, left), (_last, right) in merged:
        if top <= first < top + len(block):
            row = texts[first - top]
            row[left : right + 1] = [row[left]] * (min(right + 1, len(row)) - left)
    headings = [" / ".join(dict.fromkeys(filter(None, parts))) for parts in zip(*texts, strict=True)]
    return Line(block[-1].number, headings)
