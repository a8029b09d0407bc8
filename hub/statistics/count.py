"""Statistics: how many, of what, where, said so that nobody counts twice.

Every figure carries its unit, its population and its definition. Every table reconciles, whatever it counts:

    sum of its rows − overlap = known          known + unknown = total

Each names the published file and the SQL query that count the open records the same way: `rrma-recompute` runs them,
and so may anyone with DuckDB, in the folder of a release.

An actor of three countries adds one to three rows, and two to the overlap; one that two networks know adds one to the
overlap of the table by network, so the sum of the networks minus the overlap is the national figure.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Self

from hub.statistics.tables import UNITS, Table, lookups, published, tables
from schemas.canonical import JSON

METHOD = "statistics/2"

OPEN = "open"
# Each holds the one before. All are real: in 2006 one network knew 1,951 actors, of which 551 had agreed to be shown
# (Lianes coopération).
POPULATIONS = {
    OPEN: "Fiches en données ouvertes : celles des fichiers à télécharger, d'où chaque chiffre se recalcule.",
    "published": "Fiches montrées dans le catalogue.",
    "known": "Toutes les fiches des réseaux, avec celles qui ont accepté d'être comptées sans être montrées.",
}
_ORDER = tuple(POPULATIONS)
_REACH = ("country", "department")


@dataclass(slots=True)
class _Count:
    """One table over some records, being counted."""

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

    def with_(self, other: Self) -> Self:
        """Over the records of both, which have none in common."""
        return type(self)(
            self.rows + other.rows, self.networks | other.networks, self.known + other.known, self.total + other.total
        )


class Statistics:
    """The statistics of one release, fed record by record."""

    def __init__(self, networks: Mapping[str, str]) -> None:
        """networks: id -> title of every network of the federation, those that contributed nothing included."""
        self._networks = networks
        self._tables = tuple(tables(networks))
        self._counts = {(table.id, population): _Count() for table in self._tables for population in POPULATIONS}
        self._counted = {
            (collection, population): [
                (table.codes, self._counts[table.id, population])
                for table in self._tables
                if table.collection == collection
            ]
            for collection in UNITS
            for population in POPULATIONS
        }
        self._plain: Counter[tuple[str, str, str]] = Counter()

    def add(self, collection: str, line: JSON, narrowest: str = OPEN) -> None:
        """Count one public line. narrowest: the first of POPULATIONS that it is in."""
        networks = line.get("networks", ())
        self._plain["several", collection, narrowest] += len(networks) > 1
        self._plain["records", collection, narrowest] += len(line.get("sources", ()))
        self._plain["located", collection, narrowest] += (line.get("seat") or {}).get("lat") is not None
        for codes, count in self._counted[collection, narrowest]:
            count.add(set(codes(line)), networks)

    def as_json(self) -> JSON:
        """`statistics.json`: populations, figures and tables, in a fixed order."""
        return {
            "method": METHOD,
            "populations": [{"id": name, "definition_fr": text} for name, text in POPULATIONS.items()],
            "networks": [{"id": name, "title": title} for name, title in sorted(self._networks.items())],
            "lookups": lookups(),
            "figures": [figure for population in POPULATIONS for figure in self._figures(population)],
            "tables": [self._table(table, population) for population in POPULATIONS for table in self._tables],
        }

    def _count(self, table: str, population: str) -> _Count:
        return reduce(_Count.with_, (self._counts[table, each] for each in _within(population)), _Count())

    def _figures(self, population: str) -> Iterator[JSON]:
        for collection, unit in UNITS.items():
            by_network = self._count(f"{collection}s-by-network", population)
            of_all = {"population": population, "networks": sorted(by_network.networks)}
            for name, value, counted, definition, query in self._told(collection, unit, population, by_network):
                said = {"id": name, "value": value, "unit": counted, "definition_fr": definition}
                yield said | of_all | {"file": published(collection), "query": query}

    def _told(
        self, collection: str, unit: str, population: str, by_network: _Count
    ) -> Iterator[tuple[str, int, str, str, str]]:
        """(id, value, unit, definition, query) of every figure of a collection."""

        def plain(name: str) -> int:
            return sum(self._plain[name, collection, each] for each in _within(population))

        def query(select: str) -> str:
            return f"SELECT {select} FROM '{published(collection)}'"

        entries = by_network.rows.total()
        yield (
            f"{collection}s",
            by_network.total,
            unit,
            f"{unit.capitalize()} distincts, chacun compté une fois.",
            query("count(*)"),
        )
        yield (
            f"{collection}-records",
            plain("records"),
            "fiches",
            f"Fiches sources dont ces {unit} sont faits.",
            query("sum(len(sources))"),
        )
        yield (
            f"{collection}-entries",
            entries,
            unit,
            f"Somme des {unit} de chaque réseau.",
            query("sum(len(reseaux))"),
        )
        yield (
            f"{collection}-overlap",
            entries - by_network.known,
            unit,
            "Comptes en trop dans cette somme, parce que plusieurs réseaux connaissent la même fiche.",
            query("sum(greatest(len(reseaux) - 1, 0))"),
        )
        yield (
            f"{collection}s-in-several-networks",
            plain("several"),
            unit,
            f"{unit.capitalize()} de plusieurs réseaux.",
            query("count(*) FILTER (len(reseaux) > 1)"),
        )
        if collection != "actor":
            return
        countries, departments = (len(self._count(f"actors-by-{each}", population).rows) for each in _REACH)
        yield (
            "actors-located",
            plain("located"),
            unit,
            "Acteurs dont le siège est placé sur la carte.",
            query("count(latitude)"),
        )
        yield (
            "actors-country-reach",
            countries,
            "pays",
            "Pays où au moins un acteur intervient.",
            f"SELECT count(DISTINCT code) FROM ({query('unnest(pays) AS code')})",
        )
        yield (
            "actors-department-reach",
            departments,
            "départements",
            "Départements où au moins un acteur a son siège.",
            query("count(DISTINCT departement)"),
        )

    def _table(self, table: Table, population: str) -> JSON:
        count = self._count(table.id, population)
        return {
            "id": table.id,
            "dimension": table.dimension,
            "title_fr": table.title_fr,
            "definition_fr": table.definition_fr,
            "unit": UNITS[table.collection],
            "population": population,
            "multivalued": table.multivalued,
            "networks": sorted(count.networks),
            "file": published(table.collection),
            "query": table.query,
            "total": count.total,
            "known": count.known,
            "unknown": count.total - count.known,
            "overlap": count.rows.total() - count.known,
            "rows": [
                {"code": code, "label_fr": table.label(code), "count": number}
                for code, number in sorted(count.rows.items(), key=lambda row: (-row[1], row[0]))
            ],
        }


def _within(population: str) -> tuple[str, ...]:
    """The populations that this one is made of, itself last."""
    return _ORDER[: _ORDER.index(population) + 1]


def reconciles(table: JSON) -> bool:
    """Whether a published table adds up: its rows, its overlap, what is known and what is not."""
    rows = sum(row["count"] for row in table["rows"])
    single = table["multivalued"] or table["overlap"] == 0
    return bool(
        single and rows - table["overlap"] == table["known"] and table["known"] + table["unknown"] == table["total"]
    )
