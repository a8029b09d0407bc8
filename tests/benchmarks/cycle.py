"""The nightly cycle: nothing changed, and 1 % changed, against a full rebuild; in CPU seconds of the hub.

Resolving and compiling are also told apart from harvest and release.

Twelve nodes of 2,500 made-up actors each run as processes of their own, so that their work is not counted.
"""

import csv
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

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

ACTORS, CHANGED, ROUNDS = 2_500, 25, 2

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


def rows() -> list[Row]:
    """CPU seconds of one process, all its threads together; the median of the rounds, taken in turns."""
    full: list[_Spent] = []
    unchanged: list[_Spent] = []
    little: list[_Spent] = []
    with TemporaryDirectory() as folder, Children() as children:
        homes = Path(folder)
        networks = [_network(homes, region) for region in COMMUNES]
        started = [_start(each, homes, children) for each in networks]
        for edition in range(1, ROUNDS + 1):
            hub = homes / f"hub-{edition}"
            hub_home.prepare(hub, started)
            full.append(_cpu_of_cycle(hub))
            unchanged.append(_cpu_of_cycle(hub))
            for network in networks:
                _write(network.files[0].path, network.regions[0], edition)
                nodes.ingest(network.files[0], homes / network.id, children)
            little.append(_cpu_of_cycle(hub))
    whole = f"full rebuild, {len(COMMUNES)} nodes x {ACTORS:,} records"
    return [
        _row("cycle, nothing changed", unchanged, full, whole, goal=0.01),
        _row("cycle, 1 % changed", little, full, whole, goal=0.05),
        _row("resolve and compile, 1 % changed", little, full, f"the same, {whole}", goal=0.05, derived_only=True),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spent:
    """CPU seconds of a whole cycle, and of what it resolved and compiled."""

    whole: float
    derived: float


def _row(
    name: str, taken: list[_Spent], full: list[_Spent], whole: str, goal: float, *, derived_only: bool = False
) -> Row:
    value, baseline = (
        median(each.derived if derived_only else each.whole for each in spent) for spent in (taken, full)
    )
    return Row(name=name, unit="CPU s", value=value, baseline=baseline, baseline_name=whole, goal=goal)


def _cpu_of_cycle(home: Path) -> _Spent:
    """The stages of `hub.stages.cycle`, in its order."""
    with open_hub(home) as hub, open_feeds() as feeds:
        now, started = datetime.now(UTC), process_time()
        harvest_all(hub.sources, feeds, hub.engine, now, hub.settings.threads)
        harvested = process_time()
        resolve(hub.engine, now)
        compile_catalogue(hub.engine)
        compiled = process_time()
        release(hub.engine, hub.releases, now)
        return _Spent(whole=process_time() - started, derived=compiled - harvested)


def _network(homes: Path, region: str) -> Network:
    """A network of one region, with its file and mapping written."""
    name = f"network-{region}"
    path, mapping = homes / f"{name}.csv", homes / "acteurs.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    _write(path, region, edition=0)
    file = {"path": path, "mapping": mapping, "dated": date(2026, 1, 1)}
    return Network.model_validate(
        {"id": name, "name": name, "regions": (region,), "licence": "etalab-2.0", "file": (file,)}
    )


def _start(network: Network, homes: Path, children: Children) -> Started:
    started = nodes.start(network, homes / network.id, children)
    if started.error:
        raise RuntimeError(started.error)
    return started


def _write(path: Path, region: str, edition: int) -> None:
    """The same actors in every edition; each says something new of one more block of CHANGED actors."""
    chance = random.Random(region)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(("id", "nom", "commune", "insee", "texte"))
        for number in range(ACTORS):
            commune, insee = chance.choice(list(COMMUNES[region].items()))
            name = (
                f"{chance.choice(FIRST.split())} {chance.choice(SECOND.split())} {commune} {chance.randrange(10_000)}"
            )
            block = number // CHANGED
            told = block if block <= edition else 0
            out.writerow((f"A-{number}", name, commune, insee, f"Association fondée par ses membres. Édition {told}."))
