"""What happens to a name or a place between a body's letterhead and a network's spreadsheet.

Each damage takes (chance, text) and returns the text as an officer left it; one that finds nothing to do returns it
unchanged, and is then not counted.
"""

import html
import random
import re
from collections.abc import Callable, Mapping

from schemas.geography import Commune
from schemas.text import fold
from tests.otherhand.words import of_place

Chance = random.Random

_SHORTER = {
    "Association": ("Asso", "Assoc.", "Ass."), "Comité": ("Cté", "Com."), "Saint": ("St",), "Sainte": ("Ste",),
    "International": ("Internat.", "Intl"), "Fédération": ("Féd.",), "Développement": ("Dév.", "Dvpt"),
    "développement": ("dév.", "dvpt"), "Collège": ("Clg", "Coll."), "Lycée": ("Lyc.",), "Département": ("Dépt",),
    "Communauté": ("Cté", "Comm."), "communes": ("cnes",), "Centre": ("Ctre",), "hospitalier": ("hosp.",),
    "Solidarité": ("Solid.",), "départementale": ("dép.", "départ."), "départemental": ("dép.",), "Conseil": ("Cons.",),
    "Délégation": ("Dél.",), "professionnel": ("pro.",), "Université": ("Univ.",), "Institut": ("Inst.",),
    "Fondation": ("Fond.",), "Établissement": ("Ets",), "Humanitaire": ("Human.",), "Groupe": ("Gpe",),
}  # fmt: skip
_LEGAL = ("Association {}", "Asso {}", "{} (association loi 1901)", "{} - Asso loi 1901", "ASSOCIATION {}", "ONG {}")
_HEADS = ("Association", "Comité", "Les", "Le", "La", "L'", "Asso", "Amicale", "Collège", "Lycée", "École", "Fondation")
_OLD_CEDEX = ("CEDEX", "Cedex", "cedex 9", "CEDEX 01", "Cedex 3", "CDX")


def case(chance: Chance, name: str) -> str:
    return chance.choice((str.upper, str.upper, str.lower, str.title))(name)


def accents(chance: Chance, name: str) -> str:
    return name.translate(str.maketrans("éèêëàâîïôûùçÉÈÊÀÎÔÇŒ", "eeeeaaiiouucEEEAIOCO"))


def legal(chance: Chance, name: str) -> str:
    return name if fold(name).startswith("asso") else chance.choice(_LEGAL).format(name)


def abbreviated(chance: Chance, name: str) -> str:
    parts = re.split(r"(\W+)", name)
    return "".join(chance.choice(_SHORTER[part]) if part in _SHORTER else part for part in parts).replace("..", ".")


def reworded(chance: Chance, name: str) -> str:
    """Articles fall, hyphens come and go, "et" becomes "&", plurals slip."""
    draw = chance.randrange(4)
    if draw == 0:
        return re.sub(r"^(?:Les|Le|La|L') ?", "", name)
    if draw == 1:
        return name.replace("-", " ") if "-" in name else name.replace(" et ", " & ")
    if draw == 2:
        return re.sub(r"(?<= )(?:de la |de l'|des |du |de |d'|pour |au |aux )", "", name)
    return re.sub(r"(?<=\w{4})s\b|(?<=[a-zé]{5})\b(?= )", lambda found: "" if found[0] else "s", name, count=1)


def turned(chance: Chance, name: str) -> str:
    """As in an index: "Amis du Mali (Les)", "Mali (Les amis du)", "Lyon, Comité de jumelage de"."""
    head, _, rest = name.partition(" ")
    found = re.match(r"(.{6,} (?:du|de la|de|des|d'))(?: |(?<='))(.{4,})", name)
    if found and (head not in _HEADS or chance.random() < 0.5):
        head, rest = found[1], found[2]
    elif head not in _HEADS:
        return name
    return f"{rest} ({head})" if chance.random() < 0.7 else f"{rest}, {head}"


def mistyped(chance: Chance, name: str) -> str:
    places = [spot for spot in range(1, len(name) - 1) if name[spot].isalpha() and name[spot + 1].isalpha()]
    if len(places) < 6:
        return name
    spot = chance.choice(places)
    swapped = name[spot + 1] + name[spot]
    instead = chance.choice(("", name[spot] * 2 + name[spot + 1], swapped, chance.choice("aeinrst") + name[spot + 1]))
    return name[:spot] + (instead or name[spot + 1]) + name[spot + 2 :]


def truncated(chance: Chance, name: str) -> str:
    return name[: chance.choice((30, 32, 35, 40))].rstrip()


def entities(chance: Chance, name: str) -> str:
    if chance.random() < 0.5:
        return html.escape(name).replace("&#x27;", "&#039;")
    return "".join(f"&#{ord(letter)};" if ord(letter) > 0x7F else html.escape(letter) for letter in name)


def mojibake(chance: Chance, name: str) -> str:
    """UTF-8 read as Windows-1252."""
    return name.encode().decode("cp1252", "replace").replace("\ufffd", "")


# In the order in which they happen: encodings go wrong last, when a file is read.
ON_NAMES: Mapping[str, tuple[float, Callable[[Chance, str], str]]] = {
    "abbreviated": (4, abbreviated),
    "reworded": (4, reworded),
    "turned": (1, turned),
    "legal": (4, legal),
    "mistyped": (3, mistyped),
    "case": (5, case),
    "accents": (4, accents),
    "truncated": (1.5, truncated),
    "entities": (0.8, entities),
    "mojibake": (0.8, mojibake),
}


def with_town(chance: Chance, name: str, town: Commune) -> str:
    """The town behind the name, as lists do that have no column for it."""
    if town.name in name:
        return name
    place = chance.choice((f"- {town.name}", of_place(town.name), f"({town.department})", town.name))
    return f"{name} {place}"


ON_SEATS = ("cedex", "cedex", "postcode", "capitals", "département", "neighbour")
HARMLESS_ON_SEATS = ON_SEATS[:4]  # the town can still be told


def misplaced(chance: Chance, label: str, seat: dict[str, str], town: Commune, neighbour: Commune) -> dict[str, str]:
    """A seat as it often is wrong."""
    code = seat.get("postcode", town.postcodes[0])
    if label == "cedex":
        wrong = f"{code[:3]}{chance.randrange(1, 100):02}"
        return {**seat, "city": f"{town.name} {chance.choice(_OLD_CEDEX)}", "postcode": wrong}
    if label == "postcode":
        return {**seat, "postcode": f"{code[:3]}{chance.randrange(100):02}"}
    if label == "département":
        return {"city": chance.choice((town.department, f"Dépt {town.department}"))}
    if label == "neighbour":  # the correspondent lives in the next commune
        return {"city": neighbour.name, "postcode": neighbour.postcodes[0]}
    return {**seat, "city": fold(town.name).upper()}
