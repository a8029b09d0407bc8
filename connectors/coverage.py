"""What a mapping makes of a file as a whole: what it leaves aside, what it does not know, what it blurs."""

from collections import Counter
from collections.abc import Iterator, Sequence

from connectors.headings import heading_key, shorten
from connectors.payload import Mapped
from connectors.rules import Mapping
from connectors.table import RawRow
from schemas.canonical import JSON

_SAMPLES = 3


class Coverage:
    """Add every row, then read.

    columns: the headings of the file.
    missing: headings that the mapping speaks of and the file lacks.
    """

    def __init__(self, mapping: Mapping, columns: Sequence[str]) -> None:
        spoken = mapping.headings()
        here = {heading_key(column) for column in columns}
        self.missing = tuple(heading for key, heading in spoken.items() if key not in here)
        self._unmapped = tuple(column for column in columns if heading_key(column) not in spoken)
        self._filled: Counter[str] = Counter()
        self._samples: dict[str, list[str]] = {column: [] for column in self._unmapped}
        self._unknown: Counter[tuple[str, str]] = Counter()
        self._lossy: Counter[tuple[str, str, str]] = Counter()
        self.rows = 0

    def add(self, row: RawRow, mapped: Mapped) -> None:
        self.rows += 1
        self._unknown.update(mapped.unknown)
        self._lossy.update(mapped.lossy)
        for column in self._unmapped:
            if text := row.values[column]:
                self._filled[column] += 1
                samples = self._samples[column]
                if len(samples) < _SAMPLES and (short := shorten(text, 40)) not in samples:
                    samples.append(short)

    def as_json(self) -> JSON:
        """Rows, and the four lists, each by falling count then by name."""
        return {
            "rows": self.rows,
            "missing_columns": list(self.missing),
            "unmapped_columns": [
                {"column": column, "filled": self._filled[column], "samples": self._samples[column]}
                for column in sorted(self._unmapped, key=lambda column: (-self._filled[column], column))
            ],
            "unknown_terms": [
                {"column": column, "term": term, "count": count}
                for (column, term), count in sorted(self._unknown.items(), key=lambda item: (-item[1], item[0]))
            ],
            "lossy_terms": [
                {"column": column, "term": term, "code": code, "count": count}
                for (column, term, code), count in sorted(self._lossy.items(), key=lambda item: (-item[1], item[0]))
            ],
        }

    def sentences(self) -> Iterator[str]:
        """The same in plain French, what asks for an act first.

        Left out: columns without a single value, and missing ones, which the file's own notes tell.
        """
        raw = self.as_json()
        for one in raw["unknown_terms"]:
            yield f"« {one['column']} » : le terme « {one['term']} » est inconnu ({one['count']} fois)."
        for one in raw["unmapped_columns"]:
            if one["filled"]:
                samples = ", ".join(f"« {sample} »" for sample in one["samples"])
                yield f"La colonne « {one['column']} » n'est pas reliée ({one['filled']} valeurs, dont {samples})."
        for one in raw["lossy_terms"]:
            yield (
                f"« {one['column']} » : « {one['term']} » devient « {one['code']} », moins précis "
                f"({one['count']} fois)."
            )
