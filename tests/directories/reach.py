"""How a body is reached, alone or through a house of associations, and the numbers that registers give."""

from dataclasses import dataclass, replace
from random import Random
from unicodedata import normalize

from schemas.geography import Commune
from tests.directories.words import STREETS

_ONLINE, _BY_PHONE, _AT_A_DOOR = 0.45, 0.5, 0.75  # shares of bodies
_HOUSED = 0.08  # of the associations of a town sit in its house of associations
_HOUSE_FROM = 10_000  # inhabitants: smaller towns have no such house
_FREE_MAIL = ("gmail.com", "orange.fr", "laposte.net", "wanadoo.fr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    street: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""


def reach(chance: Random, name: str, home: Commune, type_code: str) -> Reach:
    """The contacts of one body, "" where it has none."""
    slug = _slug(name)[:24] + (_slug(home.name)[:10] if chance.random() < 0.3 else home.department)
    domain = f"{slug}.{chance.choice(('org', 'fr', 'asso.fr', 'com'))}"
    is_online = chance.random() < _ONLINE
    mailbox = f"contact@{domain}" if is_online else f"{slug}@{chance.choice(_FREE_MAIL)}"
    own = Reach(
        street=f"{chance.randint(1, 120)} {chance.choice(STREETS)}" if chance.random() < _AT_A_DOOR else "",
        website=f"https://www.{domain}" if is_online else "",
        email=mailbox if chance.random() < 0.6 else "",
        phone=_phone(chance) if chance.random() < _BY_PHONE else "",
    )
    is_housed = type_code.startswith("ASSO") and (home.population or 0) > _HOUSE_FROM and chance.random() < _HOUSED
    return _housed(chance, own, home) if is_housed else own


def _housed(chance: Random, own: Reach, home: Commune) -> Reach:
    """Under the roof of the town's house of associations: its street, often its telephone, now and then its site."""
    house = Random(home.insee)
    street, phone = f"{house.randint(1, 60)} {house.choice(STREETS)}", _phone(house)
    website = f"https://www.maison-associations-{_slug(home.name)}.fr" if chance.random() < 0.2 else own.website
    return replace(own, street=street, phone=phone if chance.random() < 0.6 else own.phone, website=website)


def siren(chance: Random) -> str:
    """Nine digits whose Luhn key is right."""
    digits = [chance.randint(1, 9), *(chance.randint(0, 9) for _ in range(7))]
    total = sum(digit if index % 2 == 0 else digit * 2 - 9 * (digit > 4) for index, digit in enumerate(digits))
    return "".join(map(str, [*digits, -total % 10]))


def _phone(chance: Random) -> str:
    return f"+33{chance.choice('123456')}{chance.randint(0, 99_999_999):08}"


def _slug(text: str) -> str:
    ascii_only = normalize("NFD", text.lower()).encode("ascii", "ignore").decode()
    return "".join(letter for letter in ascii_only if letter.isalnum())
