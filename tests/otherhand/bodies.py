"""True bodies: who there is, where, and how to reach them.

No two bodies of a commune have the same full name or the same niche; the same name in several communes is usual, as it
is in France, and hard for whoever looks for duplicates. But an association or a company of one name in two communes of
a département would most likely be one that moved: there, a name is given once.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from stdnum import luhn

from schemas.geography import Commune
from schemas.text import fold
from tests.otherhand.kinds import KINDS, SMALL, Named, Ways, any_town, department_name, make_siren, name_body
from tests.otherhand.words import of_place, words

_FORMS = frozenset("association asso comite groupe federation union collectif ong sarl sas scop sa eurl scic".split())
_UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_NO_RNA = ("57", "67", "68")  # the law of 1901 does not hold there
_HOUSED = 40_000  # inhabitants from which a town has a house of associations
_MOVING = ("solidarity", "diaspora", "company", "foundation")
_NAMED_ALIKE = ("solidarity", "diaspora")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """contacts: phone, email, website. A body with the way "former" was renamed."""

    number: int
    kind: str
    type: str
    ways: Ways
    acronym: str
    commune: Commune
    identifiers: Mapping[str, str]
    contacts: Mapping[str, str]
    street: str
    about: str
    country: str

    @property
    def former(self) -> str:
        return dict(self.ways).get("former", "")


def core(name: str) -> tuple[str, ...]:
    """What people hear as one name: its words without small ones, legal forms, plurals and order."""
    heard = fold(name).split()
    kept = [word.rstrip("sx") or word for word in heard if word not in SMALL and word not in _FORMS]
    return tuple(sorted(kept or heard))


def bodies(seed: int) -> Iterator[Body]:
    """Bodies without end; the first n of a seed are always the same."""
    chance = random.Random(f"otherhand {seed}")
    taken: set[tuple[object, str]] = set()
    lent: list[Named] = []  # names that bodies of other towns bear too
    number = 0
    while True:
        kind = chance.choices(tuple(KINDS), tuple(share for share, _ in KINDS.values()))[0]
        town = any_town(chance, kind)
        alike = kind in _NAMED_ALIKE and len(lent) > 0 and chance.random() < 0.06
        named = chance.choice(lent) if alike else name_body(kind, chance, town)
        seat = named.seat or town
        within = seat.department if kind in _MOVING else seat.insee
        keys = {(core(named.ways[0][1]), within), (named.niche, seat.insee)}
        if keys & taken:
            continue
        taken |= keys
        if kind in _NAMED_ALIKE and town.name not in named.ways[0][1]:
            lent.append(replace(named, ways=tuple(way for way in named.ways if way[0] != "former")))
        yield _settled(chance, number, kind, named, seat)
        number += 1


def _settled(chance: random.Random, number: int, kind: str, named: Named, town: Commune) -> Body:
    contacts = _contacts(chance, kind, named, town)
    street = f"{chance.randint(1, 140)} {chance.choice(words()['contact']['streets'])}"
    if named.type.startswith("ASSO") and (town.population or 0) > _HOUSED and chance.random() < 0.2:
        house = random.Random(f"house of {town.insee}")
        street = f"Maison des associations, {house.randint(1, 90)} {house.choice(words()['contact']['streets'])}"
        contacts["phone"] = _phone(house)
        if chance.random() < 0.3:
            contacts["email"] = f"contact@maison-associations-{_slug(town.name)}.fr"
    return Body(
        number=number, kind=kind, type=named.type, ways=named.ways, acronym=named.acronym, commune=town, street=street,
        identifiers=_identifiers(chance, kind, named, town), contacts=contacts, about=_about(chance, named, town),
        country=words()["abroad"]["codes"].get(named.country, ""),
    )  # fmt: skip


def _contacts(chance: random.Random, kind: str, named: Named, town: Commune) -> dict[str, str]:
    slug = _slug(named.acronym or named.ways[0][1])[:24].strip("-")
    own = chance.random() < 0.5 or "former" in dict(named.ways)
    domain = f"{slug}-{town.department.lower()}.{chance.choice(('org', 'fr', 'com', 'asso.fr'))}"
    mailbox = f"{slug.replace('-', '.')}{town.department.lower()}@{chance.choice(words()['contact']['mailboxes'])}"
    contacts = {"phone": _phone(chance), "email": f"contact@{domain}" if own else mailbox}
    if own or chance.random() < 0.2:
        contacts["website"] = f"https://www.{domain}"
    if kind == "school":
        contacts["email"] = f"ce.{chance.randrange(10**7):07}x@ac-{_slug(department_name(town))}.fr"
    if kind == "commune":
        contacts["email"] = f"{chance.choice(('mairie', 'contact', 'accueil'))}@{_slug(named.ways[0][1])}.fr"
    if named.website:  # a branch shows its national body's site, and often its mailbox
        contacts |= {"website": named.website}
        if chance.random() < 0.3:
            contacts["email"] = f"contact@{named.website.removeprefix('https://').removeprefix('www.')}"
    return contacts


def _identifiers(chance: random.Random, kind: str, named: Named, town: Commune) -> dict[str, str]:
    found: dict[str, str] = {}
    is_association = named.type.startswith("ASSO")
    siren, rank = named.siren or make_siren(chance), chance.randrange(1, 60) if kind == "branch" else 1
    if kind == "school":
        digits = f"0{town.department[:2].translate({65: 48, 66: 48})}{chance.randrange(10**4):04}"
        found["uai"] = digits + _UAI_LETTERS[int(digits) % 23]
    if named.siren or not is_association or chance.random() < 0.35:
        stem = f"{siren}{rank:04}"
        found |= {"siren": siren, "siret": stem + luhn.calc_check_digit(stem)}
    if is_association and town.department not in _NO_RNA:
        found["rna"] = f"W{town.department[:2]}{chance.randint(1, 4)}{chance.randrange(10**6):06}"
    return found


def _about(chance: random.Random, named: Named, town: Commune) -> str:
    theme, village = chance.choice(words()["association"]["themes"])[0], chance.choice(words()["abroad"]["villages"])
    where = named.country or village
    return f"Soutien à {theme} ({where}) ; projets à {village} ; animations {of_place(town.name)} et alentour."


def _phone(chance: random.Random) -> str:
    return f"0{chance.randint(1, 6)}{chance.randrange(10**8):08}"


def _slug(name: str) -> str:
    return fold(name).replace(" ", "-")
