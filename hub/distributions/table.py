"""A public line as one flat row: the columns of every table, with the headings of the schemas.

Here one record is told at a time, as the site needs it; `hub.distributions.flat` tells a batch at once, for the
files. Records are sparse, a dozen values in more than fifty columns, so a row is filled from what its record says
rather than by asking the record for every column.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from hub.model.territory import territory
from schemas.canonical import JSON, canonical
from schemas.registry import LATEST, Column, columns

Cell = str | int | float | bool | list[str] | None
_SHORT = ("code", "name", "national_id")
_NOWHERE = {"country": ""}
JOINT = "|"  # between the values of a list, as in the tables of schema.data.gouv.fr


@cache
def described(collection: str) -> tuple[Column, ...]:
    """The columns of a collection: the national id, the public ones of its schema, then what the hub adds."""
    stated = [column for column in columns(LATEST[collection]) if column.public and not _of_one_source(column)]
    added = [added for added in _ADDED if collection == "actor" or added.heading not in ("departement", "region")]
    return (_ID, *stated, *added)


def _of_one_source(column: Column) -> bool:
    """Whether it belongs to each source record and not to what is made of them."""
    return column.property == "id" or column.property.startswith("attribution.")


@cache
def headings(collection: str) -> list[str]:
    return [column.heading for column in described(collection)]


def text(cell: Cell) -> str:
    """A cell of a text table. A bar inside one value of a list becomes a slash, so that lists split without doubt."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return JOINT.join([value.replace(JOINT, "/") for value in cell]) if isinstance(cell, list) else str(cell)


@cache
def _reader(collection: str) -> Callable[[JSON], list[Cell]]:
    """How the cells of a record are read."""
    places = {column.heading: at for at, column in enumerate(described(collection))}
    single, grouped, schemes = dict[str, int](), dict[str, dict[str, int]](), dict[str, int]()
    for column in described(collection)[1 : -sum(heading in places for heading in _HUBS)]:
        group, _, name = column.property.rpartition(".")
        parts = schemes if group == "identifiers" else grouped.setdefault(group, {}) if group else single
        parts[name] = places[column.heading]
    lists = {*schemes.values(), places["reseaux"], places["sources"], places["origines"]}
    blank: list[Cell] = [[] if at in lists else None for at in range(len(places))]
    department, region = places.get("departement"), places.get("region")

    def read(says: JSON) -> list[Cell]:
        cells = blank.copy()
        cells[0] = str(says["id"])
        for name, value in says.items():
            if name in single:
                cells[single[name]] = value if type(value) is str else cell(value)
            if name in grouped and value:
                parts = grouped[name]
                for part, inner in value.items():
                    if part in parts:
                        cells[parts[part]] = inner if type(inner) is str else cell(inner)
        for scheme, at in schemes.items() if says.get("identifiers") else ():
            cells[at] = [each["value"] for each in says["identifiers"] if each["scheme"] == scheme]
        if department is not None and region is not None:
            here = territory(says.get("seat") or _NOWHERE)
            cells[department], cells[region] = here.department, here.region
        cells[places["reseaux"]] = list(says.get("networks", ()))
        sources = says.get("sources", ())
        cells[places["sources"]] = [f"{source['network']}:{source['id']}" for source in sources]
        origins = {source["attribution"].get("source") for source in sources if "attribution" in source}
        cells[places["origines"]] = sorted(origin for origin in origins if origin)
        return cells

    return read


def cells(collection: str, says: JSON) -> list[Cell]:
    """The cells of one record, in the order of the columns."""
    return _reader(collection)(says)


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
    own("departement", "Département du siège", "Département of the seat", "Code INSEE.", example="35"),
    own("region", "Région du siège", "Region of the seat", "Code INSEE.", example="53"),
    own(
        "reseaux",
        "Réseaux",
        "Networks",
        "Réseaux dont l'annuaire contient la fiche.",
        example="centraider",
        many=True,
    ),
    own(
        "sources",
        "Fiches sources",
        "Source records",
        "Réseau et clé de chaque fiche dont celle-ci est faite.",
        example="centraider:A-42",
        many=True,
    ),
    own(
        "origines",
        "Sources d'origine",
        "Origins",
        "D'où les réseaux tiennent ces fiches, quand ils le disent.",
        example="ror-france",
        many=True,
    ),
)
_HUBS = tuple(column.heading for column in _ADDED)
