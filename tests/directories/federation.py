"""Which directories list a body, and what each says of it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random

from schemas.canonical import JSON
from schemas.vocabularies import vocabulary
from tests.directories import bodies as of_cooperation
from tests.directories import locals as of_towns
from tests.directories.bodies import Body, Family, bodies
from tests.directories.damage import damaged
from tests.directories.towns import neighbours

NETWORKS = ("84", "27", "53", "24", "44", "32", "28", "75", "76", "52", "93", "01")
FAMILIES: Mapping[str, tuple[Family, int]] = {
    "association": (of_cooperation.associations, 56),
    "branch": (of_cooperation.branches, 6),
    "twinning": (of_cooperation.twinnings, 7),
    "authority": (of_cooperation.authorities, 9),
    "school": (of_cooperation.schools, 5),
    "institution": (of_cooperation.institutions, 7),
    "club": (of_towns.clubs, 6),
    "league": (of_towns.leagues, 2),
    "service": (of_towns.services, 3),
    "stage": (of_towns.stages, 4),
}
"""By kind of body: how it is drawn, and how often."""

_RECORDS_A_BODY = 1.32
_LISTED_AGAIN, _LISTED_ELSEWHERE = 0.11, 0.14
_COPIED = 0.005  # of records carry the identifiers of the line above
_MOVED = 0.03  # of records of associations give a seat of some years ago, in a commune near by
_MISTYPED_TOWN = 0.02
_NAME_ALONE = 0.2  # of bare records, where the name says enough
_OPENINGS = (
    "Appui aux projets de", "Actions de solidarité à", "Parrainages et échanges avec", "Soutien à des partenaires à",
    "Accueil et projets pour",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One record of one directory. body, kind: what it truly speaks of."""

    source: str
    id: str
    record: JSON
    body: str
    kind: str

    def as_line(self) -> JSON:
        return {"source": self.source, "id": self.id, "record": self.record}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How one directory is kept: whether it shouts, and the share of its records that say each thing.

    bare: the share that say no more than a name and a town, or a name alone where it is telling.
    """

    shouted: bool
    street: float
    place: float
    website: float
    email: float
    phone: float
    identifiers: float
    countries: float
    sectors: float
    description: float
    bare: float


def directories(seed: int, records: int, *, without: frozenset[str] = frozenset()) -> list[Listed]:
    """About `records` records of twelve directories, in a drawn order; the same for the same arguments.

    without: kinds of damage never done to a name (see `damage.NAME_DAMAGE`) and kinds of bodies never drawn.
    """
    chance = Random(seed)
    habits = {network: _habit(chance) for network in NETWORKS}
    found: list[Listed] = []
    families = {family: weight for kind, (family, weight) in FAMILIES.items() if kind not in without}
    population = _with_namesakes(bodies(chance, round(records / _RECORDS_A_BODY), families))
    for index, body in enumerate(population):
        for network in _listing(chance, body):
            record = _record(chance, body, population[index - 1], habits[network], without)
            found.append(
                Listed(
                    source=f"n{network}",
                    id=f"{network}-{len(found):06}",
                    record=record,
                    body=body.key,
                    kind=body.kind,
                )
            )
    chance.shuffle(found)
    return found


def _with_namesakes(population: list[Body]) -> list[Body]:
    """The bodies, those whose name another one bears by chance told so: the more bodies, the more of them."""
    bearers = Counter(each.name.casefold() for each in population)
    return [replace(each, namesake=each.namesake or bearers[each.name.casefold()] > 1) for each in population]


def _listing(chance: Random, body: Body) -> Iterator[str]:
    """The directory of its region; now and then the same one again (merged legacies), or others."""
    home = body.commune.region if body.commune.region in NETWORKS else chance.choice(NETWORKS)
    yield home
    while chance.random() < _LISTED_AGAIN:
        yield home
    while chance.random() < _LISTED_ELSEWHERE:
        yield chance.choice(NETWORKS)


def _habit(chance: Random) -> Habit:
    return Habit(
        shouted=chance.random() < 0.25,
        street=chance.uniform(0.2, 0.9),
        place=chance.uniform(0.85, 1.0),
        website=chance.uniform(0.2, 0.9),
        email=chance.uniform(0.1, 0.8),
        phone=chance.uniform(0.1, 0.8),
        identifiers=chance.uniform(0.05, 0.6),
        countries=chance.uniform(0.2, 0.9),
        sectors=chance.uniform(0.3, 0.9),
        description=chance.uniform(0.1, 0.6),
        bare=chance.choice((0.0, 0.1, 0.2, 0.5)),
    )


def _record(chance: Random, body: Body, above: Body, habit: Habit, without: frozenset[str]) -> JSON:
    name = damaged(chance, body, without)
    record: JSON = {
        "name": name.upper() if habit.shouted else name,
        "type": body.type if chance.random() < 0.85 else body.type.partition("-")[0],
    }
    if chance.random() < habit.bare:
        is_telling = body.kind in ("association", "stage") and not body.namesake
        if not (is_telling and chance.random() < _NAME_ALONE):
            record["seat"] = _seat(chance, body, street=False)
        return record
    if body.acronym and chance.random() < 0.3:
        record["acronym"] = body.acronym
    if body.former and name != body.former and chance.random() < 0.3:
        record["former_names"] = [body.former]
    record |= _reached(chance, body, above, habit)
    is_lost = not {"website", "email", "phone", "identifiers"} & record.keys()
    # Whoever lists a school, an authority, a namesake or a body that cannot be reached says at least where it is.
    place = (
        0.99
        if is_lost or body.namesake or body.kind in ("school", "authority", "club", "league", "service")
        else habit.place
    )
    if chance.random() < place:
        record["seat"] = _seat(chance, body, street=chance.random() < habit.street)
    return record | _active(chance, body, habit)


def _reached(chance: Random, body: Body, above: Body, habit: Habit) -> JSON:
    """Contacts and identifiers."""
    found: JSON = {}
    if body.reach.website and chance.random() < habit.website:
        found["website"] = _site(chance, body.reach.website)
    if body.reach.email and chance.random() < habit.email:
        found["email"] = body.reach.email
    if body.reach.phone and chance.random() < habit.phone:
        found["phone"] = body.reach.phone
    given = (above if chance.random() < _COPIED else body).identifiers
    stated = {scheme: value for scheme, value in given.items() if chance.random() < habit.identifiers}
    if stated:
        found["identifiers"] = [{"scheme": scheme, "value": value} for scheme, value in stated.items()]
    return found


def _active(chance: Random, body: Body, habit: Habit) -> JSON:
    """What it does, where, since when."""
    found: JSON = {}
    if body.countries and chance.random() < habit.countries:
        codes = body.countries if chance.random() < 0.8 else (*body.countries, chance.choice("SN ML MA HT MG".split()))
        found["countries"] = [{"code": code} for code in dict.fromkeys(codes)]
    if body.sectors and chance.random() < habit.sectors:
        found["sectors"] = list(body.sectors)
    if chance.random() < habit.description:
        found["description"] = _description(chance, body)
    if chance.random() < 0.2:
        found["founded_on"] = f"{body.founded if chance.random() < 0.95 else body.founded + 1}-01-01"
    return found


def _seat(chance: Random, body: Body, *, street: bool) -> JSON:
    """Where it is, as the directory knows it: it may have moved next door, or be written with a CEDEX."""
    has_moved = body.kind == "association" and chance.random() < _MOVED
    town = chance.choice(neighbours(body.commune)) if has_moved else body.commune
    postcode = town.postcodes[0] if town.postcodes else ""
    if chance.random() < 0.04 and postcode:
        postcode = f"{postcode[:4]}{chance.randint(1, 9)}"
    name = town.name.upper() if chance.random() < 0.2 else town.name
    if chance.random() < _MISTYPED_TOWN and len(name) > 4:
        at = chance.randrange(1, len(name) - 1)
        name = name[:at] + name[at + 1 :]
    seat: JSON = {"city": name, "country": "FR"}
    if postcode and (chance.random() < 0.9 or body.namesake):
        seat["postcode"] = postcode
    if chance.random() < 0.4:
        seat["insee"] = town.insee
    if street and body.reach.street and town is body.commune:
        words = body.reach.street
        seat["street"] = words.upper() if chance.random() < 0.3 else words.replace("avenue", "av.")
    return seat


def _site(chance: Random, url: str) -> str:
    return chance.choice((url, url.replace("https", "http"), url.replace("www.", ""), f"{url}/", f"{url}/accueil.html"))


def _description(chance: Random, body: Body) -> str:
    place = vocabulary("countries").label(body.countries[0]) if body.countries else body.commune.name
    return f"{chance.choice(_OPENINGS)} {place}, depuis {body.founded}."
