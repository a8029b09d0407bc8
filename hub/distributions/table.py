"""A public line as one flat row: the columns of every table, with the headings of the schemas.

The row is made once and read by all the formats.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from hub.distributions.contents import Parsed, PublicLine
from hub.model.territory import territory
from schemas.canonical import JSON, canonical
from schemas.registry import LATEST, Column, columns

Cell = str | int | float | bool | list[str] | None
_SHORT = ("code", "name", "national_id")
JOINT = "|"  # between the values of a list, as in the tables of schema.data.gouv.fr


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a downloaded table, and how its cell is read from a line."""

    column: Column
    read: Callable[[JSON], Cell]


@dataclass(frozen=True, slots=True)
class Row:
    """A record with its cells, in the order of `fields`.

    texts: the cells of a text table; one without value is empty.
    """

    line: PublicLine
    says: JSON
    cells: tuple[Cell, ...]
    texts: tuple[str, ...]


def rows(collection: str, lines: Iterable[Parsed]) -> Iterator[Row]:
    """Lines as rows, one at a time."""
    readers = [field.read for field in fields(collection)]
    for line, says in lines:
        cells = tuple([read(says) for read in readers])
        yield Row(line, says, cells, tuple([text(cell) for cell in cells]))


@cache
def fields(collection: str) -> tuple[Field, ...]:
    """The columns of a collection: the national id, the public ones of its schema, then what the hub adds."""
    stated = [column for column in columns(LATEST[collection]) if column.public and not _of_one_source(column)]
    return (
        Field(_ID, lambda line: str(line["id"])),
        *(Field(column, _reader(column)) for column in stated),
        *(added for added in _ADDED if collection == "actor" or added.column.heading not in ("departement", "region")),
    )


def _of_one_source(column: Column) -> bool:
    """Whether it belongs to each source record and not to what is made of them."""
    return column.property == "id" or column.property.startswith("attribution.")


def described(collection: str) -> tuple[Column, ...]:
    """The columns alone."""
    return tuple(field.column for field in fields(collection))


def headings(collection: str) -> list[str]:
    return [field.column.heading for field in fields(collection)]


def text(cell: Cell) -> str:
    """A cell of a text table. A bar inside one value of a list becomes a slash, so that lists split without doubt."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return JOINT.join(value.replace(JOINT, "/") for value in cell) if isinstance(cell, list) else str(cell)


def _reader(column: Column) -> Callable[[JSON], Cell]:
    group, _, name = column.property.rpartition(".")
    if group == "identifiers":
        return lambda line: [each["value"] for each in line.get("identifiers", ()) if each["scheme"] == name]
    if group:
        return lambda line: cell(line[group].get(name)) if line.get(group) else None
    return lambda line: cell(line.get(name))


def cell(value: Any) -> Cell:
    """A value of a record as one cell: of objects only their code, their name or their national id."""
    if isinstance(value, list):
        return [_short(each) for each in value]
    return _short(value) if isinstance(value, dict) else value


def _short(value: Any) -> str:
    """One value of a list: its code, its name, its national id, or the whole as JSON."""
    if not isinstance(value, dict):
        return str(value)
    return str(next((value[name] for name in _SHORT if value.get(name)), None) or canonical(value).decode())


def _sources(line: JSON) -> Iterator[str]:
    return (f"{source['network']}:{source['id']}" for source in line.get("sources", ()))


def _origins(line: JSON) -> Iterator[str]:
    stated = (source.get("attribution", {}).get("source") for source in line.get("sources", ()))
    return iter(sorted({origin for origin in stated if origin}))


def own(
    heading: str,
    title_fr: str,
    title_en: str,
    description: str,
    *,
    example: str,
    many: bool = False,
    kind: str = "text",
    required: bool = False,
) -> Column:
    """A column that the hub adds to what the schemas say."""
    return Column(
        property=heading,
        heading=heading,
        title_fr=title_fr,
        title_en=title_en,
        description=description,
        kind=kind,
        many=many,
        required=required,
        example=example,
    )


_ID = own(
    "id",
    "Identifiant national",
    "National identifier",
    "Identifiant stable de la fiche nationale ; il n'est jamais réattribué.",
    example="7H3KQ0V2M9XTC",
    required=True,
)
_ADDED = (
    Field(
        own("departement", "Département du siège", "Département of the seat", "Code INSEE.", example="35"),
        lambda line: territory(line.get("seat") or {"country": ""}).department,
    ),
    Field(
        own("region", "Région du siège", "Region of the seat", "Code INSEE.", example="53"),
        lambda line: territory(line.get("seat") or {"country": ""}).region,
    ),
    Field(
        own(
            "reseaux",
            "Réseaux",
            "Networks",
            "Réseaux dont l'annuaire contient la fiche.",
            example="centraider",
            many=True,
        ),
        lambda line: list(line.get("networks", ())),
    ),
    Field(
        own(
            "sources",
            "Fiches sources",
            "Source records",
            "Réseau et clé de chaque fiche dont celle-ci est faite.",
            example="centraider:A-42",
            many=True,
        ),
        lambda line: list(_sources(line)),
    ),
    Field(
        own(
            "origines",
            "Sources d'origine",
            "Origins",
            "D'où les réseaux tiennent ces fiches, quand ils le disent.",
            example="ror-france",
            many=True,
        ),
        lambda line: list(_origins(line)),
    ),
)
