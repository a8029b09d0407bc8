"""A public line as one flat row: the columns of CSV and of GeoJSON properties, with the headings of the schemas."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

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
        return lambda line: _cell(line[group].get(name)) if line.get(group) else None
    return lambda line: _cell(line.get(name))


def _cell(value: Any) -> Cell:
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


def _added(heading: str, title_fr: str, title_en: str, description: str, *, example: str, many: bool = False) -> Column:
    return Column(
        property=heading,
        heading=heading,
        title_fr=title_fr,
        title_en=title_en,
        description=description,
        kind="code",
        many=many,
        example=example,
    )


_ID = _added(
    "id",
    "Identifiant national",
    "National identifier",
    "Identifiant stable de la fiche nationale ; il n'est jamais réattribué.",
    example="7H3KQ0V2M9XTC",
)
_ADDED = (
    Field(
        _added("departement", "Département du siège", "Département of the seat", "Code INSEE.", example="35"),
        lambda line: territory(line.get("seat") or {"country": ""}).department,
    ),
    Field(
        _added("region", "Région du siège", "Region of the seat", "Code INSEE.", example="53"),
        lambda line: territory(line.get("seat") or {"country": ""}).region,
    ),
    Field(
        _added(
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
        _added(
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
        _added(
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
