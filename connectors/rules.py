"""A mapping as data: how the rows of one kind of file become payloads. Read from TOML by `mapping_file`."""

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from connectors.clean import Cleaner, line
from connectors.headings import heading_key
from connectors.targets import Target
from connectors.terms import Terms
from schemas.canonical import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """How to open the file; what is None is found. These are the arguments of `open_table`."""

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdRule:
    """How a row gets its id in the network's own directory.

    template: the headings between braces, as "ROR-{ror}".
    derived:  the id is a digest of the columns, for files without a key of their own; only the first must be filled.
    """

    columns: tuple[str, ...]
    template: str
    derived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What becomes of one column.

    targets: none when the column is ignored on purpose; several share the parts of a split cell, one each.
    split:   where a cell is cut into values, None for one value. join: what stands between this text and the text that
             another column has put there before; None: the first column that is filled wins.
    role:    of a country.
    """

    heading: str
    targets: tuple[Target, ...] = ()
    clean: Cleaner = line
    terms: Terms | None = None
    split: re.Pattern[str] | None = None
    join: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mapping:
    """One kind of file of one network. `name` is the origin: what a new file of this kind replaces."""

    name: str
    collection: str
    id: IdRule
    rules: tuple[Rule, ...]
    constants: JSON = field(default_factory=dict)
    file: FileSettings = field(default_factory=FileSettings)

    def headings(self) -> Table[str, str]:
        """Every heading that the mapping speaks of, by its folded form."""
        named = [*self.id.columns, *(rule.heading for rule in self.rules)]
        return {heading_key(heading): heading for heading in reversed(named)}
