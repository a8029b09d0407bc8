"""The nightly cycle: nothing changed, and 1 % changed, against a full rebuild; in CPU seconds of the hub.

A release writes every file anew whenever anything changed, so what comes before it is also told by itself: harvest,
resolve and compile together, then resolve and compile.

Twelve nodes of 2,500 made-up actors each run as processes of their own, so that their work is not counted. A minute and
a half of CPU for the full rebuild, most of it for its release: `make bench ARGS=cycle:6000` is smaller, and says less,
since a night has a fixed price too.
"""

import csv
import os
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.demo import hub_home, nodes
from hub.demo.children import Children
from hub.demo.federation import Network
from hub.demo.nodes import Started
from hub.stages.compile import compile_catalogue
from hub.stages.harvest import harvest_all
from hub.stages.publication import release
from hub.stages.resolve import resolve
from hub.wiring import open_feeds, open_hub
from tests.benchmarks.row import Row

RECORDS = 30_000  # of all networks together
_EDITIONS = 100  # each changes one record in a hundred

# A few communes of each region that has a network: name, INSEE code.
COMMUNES = {
    "84": {"Lyon": "69123", "Grenoble": "38185", "Annecy": "74010"},
    "27": {"Dijon": "21231", "Besançon": "25056", "Auxerre": "89024"},
    "53": {"Rennes": "35238", "Quimper": "29232", "Lorient": "56121"},
    "24": {"Orléans": "45234", "Tours": "37261", "Bourges": "18033"},
    "44": {"Strasbourg": "67482", "Metz": "57463", "Reims": "51454"},
    "32": {"Lille": "59350", "Amiens": "80021", "Arras": "62041"},
    "28": {"Rouen": "76540", "Caen": "14118", "Saint-Lô": "50502"},
    "75": {"Bordeaux": "33063", "Poitiers": "86194", "Limoges": "87085"},
    "76": {"Toulouse": "31555", "Montpellier": "34172", "Nîmes": "30189"},
    "52": {"Nantes": "44109", "Angers": "49007", "Le Mans": "72181"},
    "93": {"Marseille": "13055", "Nice": "06088", "Avignon": "84007"},
    "01": {"Basse-Terre": "97105", "Les Abymes": "97101", "Pointe-à-Pitre": "97120"},
}
FIRST = "Amis Solidarité Jumelage Entraide Partage Espoir Eau École Santé Femmes Enfants Avenir Horizons Passerelle"
SECOND = "Sénégal Mali Bénin Togo Maroc Madagascar Haïti Liban Vietnam Népal Burkina Cameroun Tchad Niger Laos Gabon"
MAPPING = """
name = "acteurs"
collection = "actor"
[id]
columns = ["id"]
[constants]
type = "ASSO"
[columns]
nom = "name"
commune = "seat.city"
insee = "seat.insee"
texte = "description"
"""


def rows(records: int = RECORDS) -> list[Row]:
    """CPU seconds of the hub's process and of those that it starts, all threads together."""
    each = records // len(COMMUNES)
    with TemporaryDirectory() as folder, Children() as children:
        homes = Path(folder)
        networks = [_network(homes, region, each) for region in COMMUNES]
        started = [_start(network, homes, children) for network in networks]
        hub = homes / "hub"
        hub_home.prepare(hub, started)
        full, unchanged = _cpu_of_cycle(hub), _cpu_of_cycle(hub)
        for network in networks:
            _write(network.files[0].path, network.regions[0], each, edition=1)
            nodes.ingest(network.files[0], homes / network.id, children)
        little = _cpu_of_cycle(hub)
    whole = f"full rebuild, {len(COMMUNES)} nodes x {each:,} records"
    told = {
        "cycle, nothing changed": (unchanged.whole, full.whole, 0.01),
        "cycle, 1 % changed": (little.whole, full.whole, 0.05),
        "cycle without its release, 1 % changed": (little.kept, full.kept, 0.05),
        "resolve and compile, 1 % changed": (little.derived, full.derived, 0.05),
    }
    return [
        Row(name=name, unit="CPU s", value=value, baseline=baseline, baseline_name=f"the same, {whole}", goal=goal)
        for name, (value, baseline, goal) in told.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spent:
    """CPU seconds of the parts of a cycle. kept: all that brings the hub's own records up to date."""

    harvested: float
    derived: float
    released: float

    @property
    def kept(self) -> float:
        return self.harvested + self.derived

    @property
    def whole(self) -> float:
        return self.kept + self.released


def _cpu_of_cycle(home: Path) -> _Spent:
    """The stages of `hub.stages.cycle`, in its order."""
    with open_hub(home) as hub, open_feeds() as feeds:
        now, started = datetime.now(UTC), _cpu_s()
        harvest_all(hub.sources, feeds, hub.engine, now, hub.settings.threads)
        harvested = _cpu_s()
        resolve(hub.engine, now)
        compile_catalogue(hub.engine)
        compiled = _cpu_s()
        release(hub.engine, hub.releases, now)
        released = _cpu_s()
    return _Spent(harvested=harvested - started, derived=compiled - harvested, released=released - compiled)


def _cpu_s() -> float:
    """Of this process and of the children that ended."""
    return sum(os.times()[:4])


def _network(homes: Path, region: str, records: int) -> Network:
    """A network of one region, with its file and mapping written."""
    name = f"network-{region}"
    path, mapping = homes / f"{name}.csv", homes / "acteurs.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    _write(path, region, records, edition=0)
    file = {"path": path, "mapping": mapping, "dated": date(2026, 1, 1)}
    return Network.model_validate(
        {"id": name, "name": name, "regions": (region,), "licence": "etalab-2.0", "file": (file,)}
    )


def _start(network: Network, homes: Path, children: Children) -> Started:
    started = nodes.start(network, homes / network.id, children)
    if started.error:
        raise RuntimeError(started.error)
    return started


def _write(path: Path, region: str, records: int, edition: int) -> None:
    """The same actors in every edition; each says something new of one more actor in a hundred."""
    chance = random.Random(region)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(("id", "nom", "commune", "insee", "texte"))
        for number in range(records):
            commune, insee = chance.choice(list(COMMUNES[region].items()))
            name = (
                f"{chance.choice(FIRST.split())} {chance.choice(SECOND.split())} {commune} {chance.randrange(10_000)}"
            )
            block = number % _EDITIONS
            told = block if block <= edition else 0
            out.writerow((f"A-{number}", name, commune, insee, f"Association fondée par ses membres. Édition {told}."))
