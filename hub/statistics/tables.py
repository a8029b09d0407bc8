"""Tables: the ways a release counts its records, each with the query that counts the published file the same way."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from hub.model.territory import territory
from schemas import geography
from schemas.canonical import JSON
from schemas.vocabularies import vocabulary

UNITS = {"actor": "acteurs", "project": "projets", "announcement": "annonces"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One way to count a collection.

    codes: the values of a record, each once; several make the table a multi-valued one.
    label: code -> what a reader sees.
    query: SQL of DuckDB: one row (`id`, `code`) for each open record and each of its values, from the published files
           and the relations of `lookups`.
    """

    dimension: str
    collection: str
    title_fr: str
    definition_fr: str
    codes: Callable[[JSON], Iterable[str]]
    label: Callable[[str], str]
    query: str
    multivalued: bool = False

    @property
    def id(self) -> str:
        return f"{self.collection}s-by-{self.dimension}"


def published(collection: str) -> str:
    """The file that a collection is counted from."""
    return f"{collection}s.parquet"


def _listed(collection: str, column: str) -> str:
    return f"SELECT DISTINCT id, unnest({column}) AS code FROM '{published(collection)}'"


def _told(collection: str, column: str) -> str:
    return f"SELECT id, {column} AS code FROM '{published(collection)}' WHERE {column} IS NOT NULL"


def _zones_told(collection: str) -> str:
    of_countries = f"SELECT countries.id, zone AS code FROM ({_listed(collection, 'pays')}) AS countries"
    return f"{_listed(collection, 'zones')} UNION {of_countries} JOIN zones_of_countries ON country = countries.code"


_ROOTS_TOLD = (
    "SELECT id, coalesce(root, type) AS code FROM 'actors.parquet' LEFT JOIN roots_of_types USING (type)"
    " WHERE type IS NOT NULL"
)


def lookups() -> dict[str, JSON]:
    """The relations that queries join besides the published files: name -> columns and rows, in a fixed order."""
    types, countries = vocabulary("actor-types"), vocabulary("countries").terms
    return {
        "roots_of_types": {
            "columns": ["type", "root"],
            "rows": [[code, types.ancestors(code)[-1]] for code in sorted(types.terms) if types.ancestors(code)],
        },
        "zones_of_countries": {
            "columns": ["country", "zone"],
            "rows": [[code, zone] for code in sorted(countries) for zone in _zones_of(code)],
        },
    }


def tables(networks: Mapping[str, str]) -> Iterator[Table]:
    """Every table of a release. networks: id -> title."""

    def label_of_network(code: str) -> str:
        return networks.get(code, code)

    for collection, unit in UNITS.items():
        yield Table(
            dimension="network",
            collection=collection,
            title_fr=f"{unit.capitalize()} par réseau",
            definition_fr="Réseaux qui tiennent la fiche ; une fiche connue de deux réseaux compte dans les deux.",
            codes=lambda line: line.get("networks", ()),
            label=label_of_network,
            query=_listed(collection, "reseaux"),
            multivalued=True,
        )
        yield Table(
            dimension="country",
            collection=collection,
            title_fr=f"{unit.capitalize()} par pays d'intervention",
            definition_fr="Pays déclarés, quel que soit le rôle ; une fiche compte dans chacun de ses pays.",
            codes=_countries,
            label=_labels("countries"),
            query=_listed(collection, "pays"),
            multivalued=True,
        )
        yield Table(
            dimension="zone",
            collection=collection,
            title_fr=f"{unit.capitalize()} par zone d'intervention",
            definition_fr="Zones déclarées et zones des pays déclarés ; une fiche compte une fois dans chacune.",
            codes=_zones,
            label=_labels("zones"),
            query=_zones_told(collection),
            multivalued=True,
        )
        yield Table(
            dimension="sector",
            collection=collection,
            title_fr=f"{unit.capitalize()} par secteur",
            definition_fr="Secteurs d'activité déclarés ; une fiche compte dans chacun de ses secteurs.",
            codes=lambda line: line.get("sectors", ()),
            label=_labels("sectors"),
            query=_listed(collection, "secteurs"),
            multivalued=True,
        )
        yield Table(
            dimension="sdg",
            collection=collection,
            title_fr=f"{unit.capitalize()} par objectif de développement durable",
            definition_fr="Objectifs déclarés ; une fiche compte dans chacun de ses objectifs.",
            codes=lambda line: line.get("sdgs", ()),
            label=_labels("sdgs"),
            query=_listed(collection, "odd"),
            multivalued=True,
        )
    yield Table(
        dimension="type",
        collection="actor",
        title_fr="Acteurs par type",
        definition_fr="Type de structure déclaré, au premier niveau de la nomenclature.",
        codes=_root_type,
        label=_labels("actor-types"),
        query=_ROOTS_TOLD,
    )
    yield Table(
        dimension="detailed-type",
        collection="actor",
        title_fr="Acteurs par type détaillé",
        definition_fr="Type de structure tel que déclaré.",
        codes=lambda line: _one(line.get("type")),
        label=_labels("actor-types"),
        query=_told("actor", "type"),
    )
    yield Table(
        dimension="region",
        collection="actor",
        title_fr="Acteurs par région du siège",
        definition_fr="Région de la commune ou du code postal du siège (limites de 2016).",
        codes=lambda line: _one(territory(line.get("seat") or _NOWHERE).region),
        label=_region,
        query=_told("actor", "region"),
    )
    yield Table(
        dimension="department",
        collection="actor",
        title_fr="Acteurs par département du siège",
        definition_fr="Département de la commune ou du code postal du siège.",
        codes=lambda line: _one(territory(line.get("seat") or _NOWHERE).department),
        label=_department,
        query=_told("actor", "departement"),
    )
    yield Table(
        dimension="stage",
        collection="project",
        title_fr="Projets par avancement",
        definition_fr="Avancement déclaré.",
        codes=lambda line: _one(line.get("stage")),
        label=_labels("stages"),
        query=_told("project", "avancement"),
    )
    yield Table(
        dimension="kind",
        collection="announcement",
        title_fr="Annonces par nature",
        definition_fr="Nature de l'annonce relayée.",
        codes=lambda line: _one(line.get("kind")),
        label=_labels("announcement-kinds"),
        query=_told("announcement", "nature"),
    )


_NOWHERE = {"country": ""}


def _one(code: str | None) -> tuple[str, ...]:
    return (code,) if code else ()


def _countries(line: JSON) -> Iterator[str]:
    return (country["code"] if isinstance(country, dict) else country for country in line.get("countries", ()))


def _zones(line: JSON) -> Iterator[str]:
    yield from line.get("zones", ())
    yield from (zone for country in _countries(line) for zone in _zones_of(country))


@cache
def _zones_of(country: str) -> tuple[str, ...]:
    term = vocabulary("countries").terms.get(country)
    return term.crosswalks.get("zone", ()) if term else ()


def _root_type(line: JSON) -> tuple[str, ...]:
    code = line.get("type")
    return ((vocabulary("actor-types").ancestors(code) or (code,))[-1],) if code else ()


def _labels(name: str) -> Callable[[str], str]:
    def label(code: str) -> str:
        term = vocabulary(name).terms.get(code)
        return term.label_fr if term else code

    return label


def _region(code: str) -> str:
    found = geography.region(code)
    return found.name if found else code


def _department(code: str) -> str:
    found = geography.department(code)
    return found.name if found else code
