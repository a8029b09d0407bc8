"""Provenance as a table: a row for each value and each record that states it, the one it was taken from first."""

from collections.abc import Iterable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from hub.distributions import columnar, delimited, flat
from hub.distributions.batch import Batch
from hub.distributions.table import own
from hub.model.imprint import UNSIGNED, Imprint
from schemas.canonical import JSON

COLUMNS = (
    own(
        "id",
        "Identifiant national",
        "National identifier",
        "Fiche à laquelle la valeur appartient.",
        example="7H3KQ0V2M9XTC",
        required=True,
    ),
    own(
        "champ",
        "Champ",
        "Field",
        "Pointeur JSON (RFC 6901) vers la valeur, dans la fiche complète.",
        example="/seat/city",
        required=True,
    ),
    own(
        "valeur",
        "Valeur",
        "Value",
        "La valeur publiée : un texte tel quel, toute autre valeur en JSON.",
        example="Orléans",
    ),
    own(
        "rang",
        "Rang",
        "Rank",
        "1 : la source dont la valeur est tirée ; au-delà, celles qui la confirment.",
        example="1",
        kind="integer",
        required=True,
    ),
    own("reseau", "Réseau", "Network", "Réseau dont la fiche source énonce la valeur.", example="centraider"),
    own("cle", "Clé", "Local key", "Clé de la fiche source dans l'annuaire de ce réseau.", example="A-42"),
    own(
        "champ_source",
        "Champ source",
        "Source field",
        "Pointeur JSON vers la valeur, dans la fiche source.",
        example="/seat/city",
    ),
    own(
        "date",
        "Date",
        "Date",
        "Jour où le réseau a modifié sa fiche pour la dernière fois, quand il le dit.",
        example="2026-11-01",
        kind="date",
    ),
    own("regle", "Règle", "Rule", "Règle qui a fait choisir cette valeur.", example="most-recent"),
)
_GROUP = 50_000
_TYPES = columnar.schema(COLUMNS, UNSIGNED).types
Value = tuple[str, str, str | None, int, str, str, str, str | None, str]


def write(path: Path, _collection: str, batches: Iterable[Batch], _imprint: Imprint) -> Iterator[Batch]:
    """Write a CSV file and pass the batches on."""
    with path.open("wb") as file:
        file.write(delimited.heading(column.heading for column in COLUMNS))
        for batch in batches:
            file.write(delimited.lines([flat.text(cells) for cells in batch.made(_cells)]))
            yield batch


def write_columnar(path: Path, _collection: str, batches: Iterable[Batch], imprint: Imprint) -> Iterator[Batch]:
    """Write a Parquet file and pass the batches on."""
    return columnar.grouped(path, columnar.schema(COLUMNS, imprint), batches, lambda batch: batch.made(_cells), _GROUP)


def _cells(batch: Batch) -> list[Any]:
    """The columns of all its values, made once for both files."""
    rows = [value for line in batch.lines for value in values(orjson.loads(line))]
    columns = zip(*rows, strict=True) if rows else repeat(())
    return [pa.array(cells, kind) for cells, kind in zip(columns, _TYPES, strict=False)]


def values(line: JSON) -> list[Value]:
    """The rows of one record, in the order of COLUMNS."""
    national_id, found = line["id"], list[Value]()
    for pointer, origins in line.get("provenance", {}).items():
        value = _told(_at(line, pointer))
        for rank, each in enumerate(origins, 1):
            source = each["network"], each["id"], each["pointer"], each["date"], each["rule"]
            found.append((national_id, pointer, value, rank, *source))
    return found


def count(line: JSON) -> int:
    """How many rows `values` gives."""
    return sum(map(len, line.get("provenance", {}).values()))


def _at(line: JSON, pointer: str) -> Any:
    """What stands at a JSON pointer; None where nothing does."""
    found: Any = line
    if pointer[1:] in line:
        return line[pointer[1:]]
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list):
            found = found[int(key)] if key.isdecimal() and int(key) < len(found) else None
        else:
            found = found.get(key) if isinstance(found, dict) else None
    return found


def _told(value: Any) -> str | None:
    return (
        value if value is None or isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    )
