"""The CSV tables of a release, with their columns: what Table Schema, CSVW and the dictionary describe."""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.distributions import history, provenance, table, tabulated
from hub.distributions.formats import NAMES
from hub.model.release import FileEntry
from schemas.registry import LATEST, Column

SCHEMA = ".schema.json"
_SEVERAL = " Plusieurs valeurs sont séparées par une barre (|)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One CSV file. keyed: `id` is different on each row. version: of the columns, three numbers."""

    file: FileEntry
    columns: tuple[Column, ...]
    version: str
    keyed: bool

    @property
    def stem(self) -> str:
        return self.file.path.removesuffix(".csv")

    @property
    def schema_path(self) -> str:
        """The file that holds its Table Schema."""
        return f"{self.stem}{SCHEMA}"


def of(files: tuple[FileEntry, ...]) -> Iterator[Table]:
    """The tables among the files of a release."""
    by_path = {file.path: file for file in files}
    for collection, name in NAMES.items():
        if file := by_path.get(f"{name}.csv"):
            version = f"{LATEST[collection].partition('/')[2]}.0"
            yield Table(file=file, columns=table.described(collection), version=version, keyed=True)
        if file := by_path.get(f"{name}.provenance.csv"):
            yield Table(file=file, columns=provenance.COLUMNS, version="1.0.0", keyed=False)
    if file := by_path.get(history.NAME):
        yield Table(file=file, columns=history.COLUMNS, version="1.0.0", keyed=True)
    if file := by_path.get(tabulated.TABLE):
        yield Table(file=file, columns=tabulated.COLUMNS, version="1.0.0", keyed=False)


def listed(column: Column) -> bool:
    """Whether a cell may hold several values, parted by a bar; also identifiers, of which a body may have two."""
    return column.many or column.property.startswith("identifiers.")


def explained(column: Column) -> str:
    """What the column means, and how several values are written."""
    return f"{column.description}{_SEVERAL if listed(column) else ''}"
