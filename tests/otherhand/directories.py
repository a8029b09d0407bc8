"""Directories of a federation: what twelve offices of different habits wrote down of the same true bodies.

    bodies ─► who lists whom ─► which name and which fields ─► damage ─► Listed, with its truth

A record that nobody could place is not made: where its name is borne elsewhere too, or says little, it says where the
body is; a short name that two bodies of a town share, and an acronym that two of a département share, is not used.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from schemas import geography
from schemas.geography import Commune
from schemas.text import fold
from tests.otherhand.bodies import Body, bodies, core
from tests.otherhand.damage import HARMLESS_ON_SEATS, ON_NAMES, ON_SEATS, misplaced, with_town
from tests.otherhand.kinds import initials
from tests.otherhand.words import words

Chance = random.Random

_TIMES, _SHARES = (1, 2, 3, 4, 5, 6, 7), (46, 27, 12, 7, 4, 2.5, 1.5)  # records of a body, in hundredths of the bodies
_PER_BODY = 2.1
# What the form of an office asks for, with the share of records where it is filled in.
_HABITS: Sequence[Mapping[str, float]] = (
    {"city": 0.95},
    {"city": 0.9, "postcode": 0.85, "acronym": 0.5},
    {"city": 0.9, "website": 0.7, "description": 0.6, "email": 0.4},
    {"city": 0.95, "postcode": 0.95, "street": 0.7, "phone": 0.6, "email": 0.4},
    {"city": 0.95, "postcode": 0.9, "insee": 0.9, "siren": 0.7, "rna": 0.5, "uai": 0.9},
    {"city": 0.9, "postcode": 0.8, "street": 0.5, "phone": 0.6, "email": 0.6, "website": 0.5, "siret": 0.3, "rna": 0.2,
     "acronym": 0.6, "description": 0.7, "countries": 0.6},
)  # fmt: skip
_CAPITALS = (0, 4)  # offices whose software knows capitals only
_TELLING = 3  # words of a name from which it may stand without a place, or with a wrong one


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A record, and the truth that it does not tell. damage: labels of all that was done to it."""

    source: str
    id: str
    record: dict[str, Any]
    body: str
    kind: str
    damage: frozenset[str]


def directories(seed: int, records: int, offices: int = 12) -> list[Listed]:
    """About so many records of 2 to 12 offices. Deterministic."""
    true = list(islice(bodies(seed), round(records / _PER_BODY)))
    chance, rivals = Chance(f"offices {seed}"), _Rivals(true)
    listed: list[Listed] = []
    for body in true:
        for office in _offices_of(chance, body, offices):
            record, damage = _Writing(chance, body, office, rivals).done()
            number, source = f"{len(listed) + 1:06}", f"office-{office:02}"
            listed.append(
                Listed(source=source, id=number, record=record, body=str(body.number), kind=body.kind, damage=damage)
            )
    return listed


def _offices_of(chance: Chance, body: Body, offices: int) -> Iterator[int]:
    """First its region's own, then any; an office that grew out of two may have it twice."""
    home = sorted(each.code for each in geography.regions()).index(body.commune.region) % offices
    named = [home]
    for _ in range(chance.choices(_TIMES, _SHARES)[0] - 1):
        others = [office for office in range(offices) if office not in named]
        named.append(chance.choice(named if chance.random() < 0.12 or not others else others))
    return iter(named)


class _Rivals:
    """Which other bodies bear a name, and where."""

    def __init__(self, true: Sequence[Body]) -> None:
        self._bearers: defaultdict[tuple[str, ...], list[Body]] = defaultdict(list)
        self._starts: defaultdict[str, list[tuple[str, Body]]] = defaultdict(list)
        self._towns: defaultdict[str, list[Body]] = defaultdict(list)
        for body in true:
            self._towns[body.commune.insee].append(body)
            names = {core(name): name for _, name in body.ways} | {core(initials(body.ways[0][1])): ""}
            for heard, name in names.items():
                self._bearers[heard].append(body)
                self._starts[body.commune.department].append((fold(name), body))

    def of(self, body: Body, name: str) -> list[Body]:
        return [other for other in self._bearers[core(name)] if other is not body]

    def in_town(self, body: Body) -> list[Body]:
        return [other for other in self._towns[body.commune.insee] if other is not body]

    def of_start(self, body: Body, start: str) -> bool:
        """Whether another body of the département has a name that begins so."""
        near = self._starts[body.commune.department]
        return any(name.startswith(fold(start)) for name, other in near if other is not body)


class _Writing:
    """One office writing down one body."""

    def __init__(self, chance: Chance, body: Body, office: int, rivals: _Rivals) -> None:
        self.chance, self.body, self.office, self.rivals = chance, body, office, rivals
        self.damage: set[str] = set()
        self.must_place = False

    def done(self) -> tuple[dict[str, Any], frozenset[str]]:
        name = self._damaged(self._way())
        seat, rest = self._fields()
        if self.office in _CAPITALS:
            seat = {key: value.upper() for key, value in seat.items()}
        record = {"name": name, "type": self._type(), **rest} | ({"seat": {**seat, "country": "FR"}} if seat else {})
        return record, frozenset(self.damage)

    def _way(self) -> str:
        label, name = self.body.ways[0]
        if len(self.body.ways) > 1 and self.chance.random() < 0.4:
            label, name = self.chance.choice(self.body.ways[1:])
        town, rivals = self.body.commune, self.rivals.of(self.body, name)
        near = "department" if label in ("acronym", "former") else "insee"
        if any(getattr(other.commune, near) == getattr(town, near) for other in rivals):
            label, name = self.body.ways[0]
            rivals = self.rivals.of(self.body, name)
        telling = len(core(name)) >= _TELLING and label not in ("acronym", "bare")
        self.must_place = bool(rivals) or not (telling or town.name in name)
        self.damage |= {label} - {"full"}
        return name

    def _damaged(self, name: str) -> str:
        before, name = name, with_town(self.chance, name, self.body.commune) if self.chance.random() < 0.06 else name
        self.damage |= {"town appended"} if name != before else set()
        times = self.chance.choices((0, 1, 2, 3), (45, 33, 16, 6))[0]
        happened = self.chance.choices(tuple(ON_NAMES), [weight for weight, _ in ON_NAMES.values()], k=times)
        for label, (_, change) in ON_NAMES.items():
            if label in happened and (after := change(self.chance, name)) != name and self._fits(label, after):
                self.must_place |= label == "truncated"
                self.damage.add(label)
                name = after
            if label == "case" and self.office in _CAPITALS:
                name = name.upper()
                self.damage.add(label)
        return name

    def _fits(self, label: str, after: str) -> bool:
        if label == "truncated":
            return not self.rivals.of_start(self.body, after)
        return label != "legal" or self.body.type.startswith("ASSO")

    def _fields(self) -> tuple[dict[str, str], dict[str, Any]]:
        habit = _HABITS[self.office % len(_HABITS)]
        filled = {field for field, share in habit.items() if self.chance.random() < share}
        if self.body.former:  # without one of these nobody could tell
            filled |= {"website", "rna"}
        if self.must_place:
            filled |= {"city", "postcode"}
        return self._seat(filled), self._rest(filled)

    def _seat(self, filled: set[str]) -> dict[str, str]:
        town = self.body.commune
        known = {"city": town.name, "postcode": town.postcodes[0], "insee": town.insee, "street": self.body.street}
        seat = {field: value for field, value in known.items() if field in filled}
        if "city" in seat and self.chance.random() < 0.1:
            label = self.chance.choice(HARMLESS_ON_SEATS if self.must_place else ON_SEATS)
            self.damage.add(label)
            return misplaced(self.chance, label, seat, town, _neighbour(town))
        return seat

    def _rest(self, filled: set[str]) -> dict[str, Any]:
        body, chance = self.body, self.chance
        found: dict[str, Any] = {key: _spelt(chance, key, body.contacts[key]) for key in body.contacts if key in filled}
        if "email" in found and chance.random() < 0.06:
            self.damage.add("old mailbox")
            found["email"] = f"president.{body.number}@{chance.choice(words()['contact']['mailboxes'])}"
        if "acronym" in filled and body.acronym:
            found["acronym"] = body.acronym
        if body.former and "former" not in self.damage and chance.random() < 0.4:
            found["former_names"] = [body.former]
        if "description" in filled:
            found["description"] = body.about if chance.random() < 0.7 else body.about.split(" ; ")[0]
        if "countries" in filled and body.country:
            found["countries"] = [{"code": body.country, "roles": ["project"]}]
        stated = {scheme: value for scheme, value in self._identifiers().items() if scheme in filled}
        if stated:
            found["identifiers"] = [{"scheme": scheme, "value": value} for scheme, value in stated.items()]
        return found

    def _identifiers(self) -> Mapping[str, str]:
        """The body's own, or by a slip of the line those of another body of the town."""
        others = self.rivals.in_town(self.body)
        if self.body.former or not others or self.chance.random() > 0.015:
            return self.body.identifiers
        self.damage.add("another's identifiers")
        return self.chance.choice(others).identifiers

    def _type(self) -> str:
        draw = self.chance.random()
        return "AUTRE" if draw < 0.03 else self.body.type.partition("-")[0] if draw < 0.2 else self.body.type


def _spelt(chance: Chance, field: str, value: str) -> str:
    """A contact as people write it."""
    if field == "phone":
        pairs = [value[spot : spot + 2] for spot in range(0, 10, 2)]
        return chance.choice((" ".join(pairs), ".".join(pairs), value, f"+33 {value[1]} " + " ".join(pairs[1:])))
    if field == "website":
        bare = value.removeprefix("https://")
        return chance.choice((value, f"http://{bare}", f"{value}/", f"http://{bare.removeprefix('www.')}/index.php"))
    return value.title() if chance.random() < 0.05 else value


@cache
def _neighbour(town: Commune) -> Commune:
    """The nearest other commune of the département."""
    others = [each for each in geography.communes_of_department(town.department) if each.lat and each.postcodes]
    return min(
        (each for each in others if each.insee != town.insee),
        key=lambda each: ((each.lat or 0) - (town.lat or 0)) ** 2 + ((each.lon or 0) - (town.lon or 0)) ** 2,
        default=town,
    )
