"""Statistics: how many, of what, where, said so that nobody counts twice.

Every figure carries its unit, its population and its definition. Every table reconciles, whatever it counts:

    sum of its rows − overlap = known          known + unknown = total

An actor of three countries adds one to three rows, and two to the overlap; one that two networks know adds one to the
overlap of the table by network, so the sum of the networks minus the overlap is the national figure.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from hub.model.territory import territory
from schemas import geography
from schemas.canonical import JSON
from schemas.vocabularies import vocabulary

METHOD = "statistics/1"

# Both are real: in 2006 one network knew 1,951 actors, of which 551 had agreed to be shown (Lianes coopération).
POPULATIONS = {
    "published": "Fiches montrées dans le catalogue.",
    "known": "Toutes les fiches des réseaux, avec celles qui ont accepté d'être comptées sans être montrées.",
}
_REACH = ("country", "department")
_UNITS = {"actor": "acteurs", "project": "projets", "announcement": "annonces"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One way to count a collection.

    codes: the values of a record, each once; several make the table a multi-valued one.
    label: code -> what a reader sees.
    """

    dimension: str
    collection: str
    title_fr: str
    definition_fr: str
    codes: Callable[[JSON], Iterable[str]]
    label: Callable[[str], str]
    multivalued: bool = False

    @property
    def id(self) -> str:
        return f"{self.collection}s-by-{self.dimension}"


@dataclass(slots=True)
class _Count:
    """One table over one population, being counted."""

    rows: Counter[str] = field(default_factory=Counter)
    networks: set[str] = field(default_factory=set)
    known: int = 0
    total: int = 0

    def add(self, codes: set[str], networks: Iterable[str]) -> None:
        self.total += 1
        if codes:
            self.known += 1
            self.rows.update(codes)
            self.networks.update(networks)


class Statistics:
    """The statistics of one release, fed record by record."""

    def __init__(self, networks: Mapping[str, str]) -> None:
        """networks: id -> title of every network of the federation, those that contributed nothing included."""
        self._networks = networks
        self._tables = tuple(_tables(networks))
        self._counts = {(table.id, population): _Count() for table in self._tables for population in POPULATIONS}
        self._several: Counter[tuple[str, str]] = Counter()
        self._located: Counter[tuple[str, str]] = Counter()
        self._records: Counter[tuple[str, str]] = Counter()

    def add(self, collection: str, line: JSON, *, published: bool = True) -> None:
        """Count one public line; `published` is False for a record that may be counted and not shown."""
        networks = line.get("networks", ())
        for population in POPULATIONS if published else ("known",):
            self._several[collection, population] += len(networks) > 1
            self._records[collection, population] += len(line.get("sources", ()))
            self._located[collection, population] += (line.get("seat") or {}).get("lat") is not None
            for table in self._tables:
                if table.collection == collection:
                    self._counts[table.id, population].add(set(table.codes(line)), networks)

    def as_json(self) -> JSON:
        """`statistics.json`: populations, figures and tables, in a fixed order."""
        return {
            "method": METHOD,
            "populations": [{"id": name, "definition_fr": text} for name, text in POPULATIONS.items()],
            "networks": [{"id": name, "title": title} for name, title in sorted(self._networks.items())],
            "figures": [figure for population in POPULATIONS for figure in self._figures(population)],
            "tables": [self._table(table, population) for population in POPULATIONS for table in self._tables],
        }

    def _figures(self, population: str) -> Iterator[JSON]:
        for collection, unit in _UNITS.items():
            by_network = self._counts[f"{collection}s-by-network", population]
            of_all = {"population": population, "networks": sorted(by_network.networks)}
            for name, value, counted, definition in self._told(collection, unit, population, by_network):
                yield {"id": name, "value": value, "unit": counted, "definition_fr": definition} | of_all

    def _told(
        self, collection: str, unit: str, population: str, by_network: _Count
    ) -> Iterator[tuple[str, int, str, str]]:
        """(id, value, unit, definition) of every figure of a collection."""
        here = (collection, population)
        entries = by_network.rows.total()
        yield f"{collection}s", by_network.total, unit, f"{unit.capitalize()} distincts, chacun compté une fois."
        yield f"{collection}-records", self._records[here], "fiches", f"Fiches sources dont ces {unit} sont faits."
        yield f"{collection}-entries", entries, unit, f"Somme des {unit} de chaque réseau."
        yield (
            f"{collection}-overlap",
            entries - by_network.known,
            unit,
            "Comptes en trop dans cette somme, parce que plusieurs réseaux connaissent la même fiche.",
        )
        yield (
            f"{collection}s-in-several-networks",
            self._several[here],
            unit,
            f"{unit.capitalize()} de plusieurs réseaux.",
        )
        if collection == "actor":
            countries, departments = (len(self._counts[f"actors-by-{each}", population].rows) for each in _REACH)
            yield "actors-located", self._located[here], unit, "Acteurs dont le siège est placé sur la carte."
            yield "actors-country-reach", countries, "pays", "Pays où au moins un acteur intervient."
            yield (
                "actors-department-reach",
                departments,
                "départements",
                "Départements où au moins un acteur a son siège.",
            )

    def _table(self, table: Table, population: str) -> JSON:
        count = self._counts[table.id, population]
        return {
            "id": table.id,
            "dimension": table.dimension,
            "title_fr": table.title_fr,
            "definition_fr": table.definition_fr,
            "unit": _UNITS[table.collection],
            "population": population,
            "multivalued": table.multivalued,
            "networks": sorted(count.networks),
            "total": count.total,
            "known": count.known,
            "unknown": count.total - count.known,
            "overlap": count.rows.total() - count.known,
            "rows": [
                {"code": code, "label_fr": table.label(code), "count": number}
                for code, number in sorted(count.rows.items(), key=lambda row: (-row[1], row[0]))
            ],
        }


def reconciles(table: JSON) -> bool:
    """Whether a published table adds up: its rows, its overlap, what is known and what is not."""
    rows = sum(row["count"] for row in table["rows"])
    single = table["multivalued"] or table["overlap"] == 0
    return bool(
        single and rows - table["overlap"] == table["known"] and table["known"] + table["unknown"] == table["total"]
    )


def _tables(networks: Mapping[str, str]) -> Iterator[Table]:
    def label_of_network(code: str) -> str:
        return networks.get(code, code)

    for collection, unit in _UNITS.items():
        yield Table(
            dimension="network",
            collection=collection,
            title_fr=f"{unit.capitalize()} par réseau",
            definition_fr="Réseaux qui tiennent la fiche ; une fiche connue de deux réseaux compte dans les deux.",
            codes=lambda line: line.get("networks", ()),
            label=label_of_network,
            multivalued=True,
        )
        yield Table(
            dimension="country",
            collection=collection,
            title_fr=f"{unit.capitalize()} par pays d'intervention",
            definition_fr="Pays déclarés, quel que soit le rôle ; une fiche compte dans chacun de ses pays.",
            codes=_countries,
            label=_labels("countries"),
            multivalued=True,
        )
        yield Table(
            dimension="zone",
            collection=collection,
            title_fr=f"{unit.capitalize()} par zone d'intervention",
            definition_fr="Zones déclarées et zones des pays déclarés ; une fiche compte une fois dans chacune.",
            codes=_zones,
            label=_labels("zones"),
            multivalued=True,
        )
        yield Table(
            dimension="sector",
            collection=collection,
            title_fr=f"{unit.capitalize()} par secteur",
            definition_fr="Secteurs d'activité déclarés ; une fiche compte dans chacun de ses secteurs.",
            codes=lambda line: line.get("sectors", ()),
            label=_labels("sectors"),
            multivalued=True,
        )
        yield Table(
            dimension="sdg",
            collection=collection,
            title_fr=f"{unit.capitalize()} par objectif de développement durable",
            definition_fr="Objectifs déclarés ; une fiche compte dans chacun de ses objectifs.",
            codes=lambda line: line.get("sdgs", ()),
            label=_labels("sdgs"),
            multivalued=True,
        )
    yield Table(
        dimension="type",
        collection="actor",
        title_fr="Acteurs par type",
        definition_fr="Type de structure déclaré, au premier niveau de la nomenclature.",
        codes=_root_type,
        label=_labels("actor-types"),
    )
    yield Table(
        dimension="detailed-type",
        collection="actor",
        title_fr="Acteurs par type détaillé",
        definition_fr="Type de structure tel que déclaré.",
        codes=lambda line: _one(line.get("type")),
        label=_labels("actor-types"),
    )
    yield Table(
        dimension="region",
        collection="actor",
        title_fr="Acteurs par région du siège",
        definition_fr="Région de la commune ou du code postal du siège (limites de 2016).",
        codes=lambda line: _one(territory(line.get("seat") or _NOWHERE).region),
        label=_region,
    )
    yield Table(
        dimension="department",
        collection="actor",
        title_fr="Acteurs par département du siège",
        definition_fr="Département de la commune ou du code postal du siège.",
        codes=lambda line: _one(territory(line.get("seat") or _NOWHERE).department),
        label=_department,
    )
    yield Table(
        dimension="stage",
        collection="project",
        title_fr="Projets par avancement",
        definition_fr="Avancement déclaré.",
        codes=lambda line: _one(line.get("stage")),
        label=_labels("stages"),
    )
    yield Table(
        dimension="kind",
        collection="announcement",
        title_fr="Annonces par nature",
        definition_fr="Nature de l'annonce relayée.",
        codes=lambda line: _one(line.get("kind")),
        label=_labels("announcement-kinds"),
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
