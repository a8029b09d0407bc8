"""The kinds of bodies: what each is called in full, and the other ways in which people say it.

A niche is what a commune has one of: with two, nobody could tell which of them a short name means.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from stdnum import luhn

from schemas import geography
from schemas.geography import Commune
from schemas.text import fold
from tests.otherhand.words import of_department, of_place, words

_COMMUNITIES = {"CC": "Communauté de communes", "CA": "Communauté d'agglomération", "CU": "Communauté urbaine"}
_SMALLEST = {"branch": 3_000, "hospital": 6_000, "club": 4_000, "school": 1_500}  # inhabitants
SMALL = frozenset("de du des d l la le les un une et en au aux a pour avec sur".split())

Ways = tuple[tuple[str, str], ...]
Chance = random.Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """ways: (label, name), the full name first, under "full". seat: where it must be, if not in the town asked for."""

    type: str
    ways: Ways
    niche: str
    acronym: str = ""
    website: str = ""
    siren: str = ""
    country: str = ""
    seat: Commune | None = None


def name_body(kind: str, chance: Chance, town: Commune) -> Named:
    return KINDS[kind][1](chance, town)


def initials(name: str) -> str:
    return "".join(word[0] for word in fold(name).split() if word not in SMALL).upper()


def _solidarity(chance: Chance, town: Commune) -> Named:
    name, country = _invented(chance, town)
    acronym = initials(name) if chance.random() < 0.4 else ""
    ways = [("full", name)]
    if len(acronym) >= 3:
        ways.append(("acronym", acronym))
    draw = chance.random()
    if draw < 0.12:
        ways.append(("tail", f"{name}, {chance.choice(words()['association']['tails'])}"))
    elif draw < 0.15:
        ways.append(("former", _invented(chance, town)[0]))
    return Named(type="ASSO-ASI", ways=tuple(ways), niche=name, acronym=acronym[2:] and acronym, country=country)


def _invented(chance: Chance, town: Commune) -> tuple[str, str]:
    room, abroad = words()["association"], words()["abroad"]
    country, of, at = chance.choice(abroad["countries"])
    theme, to_theme = chance.choice(room["themes"])
    public, to_public = chance.choice(room["publics"])
    name = chance.choice(room["patterns"]).format(
        pays=country, du=of, au=at, lieu=chance.choice(abroad["villages"]), ville=town.name, de=of_place(town.name),
        mot=chance.choice(room["words"]), autre=chance.choice(room["words"]), mot_v=chance.choice(room["vowels"]),
        theme=theme, theme_a=to_theme, public=public, public_a=to_public, metier=chance.choice(room["trades"]),
    )  # fmt: skip
    return name, country


def _diaspora(chance: Chance, town: Commune) -> Named:
    people, village = chance.choice(words()["abroad"]["peoples"]), chance.choice(words()["abroad"]["villages"])
    de = of_place(town.name)
    name, short, niche = chance.choice(
        (
            (f"Association des ressortissants de {village} en France", f"Ressortissants de {village}", village),
            (f"Association des {people} {de}", f"{people} {de}", people),
            (f"Amicale des {people} {de}", f"Amicale des {people}", people),
            (f"Union des {people} de France", f"Union {people} France", people),
            (f"Association des étudiants et stagiaires {people.lower()} {de}", f"Étudiants {people.lower()} {de}", ""),
            (f"Association pour le développement de {village}", f"Développement de {village}", village),
        )
    )
    acronym = initials(name)
    ways = (("full", name), ("short", short), ("acronym", acronym))
    return Named(type="ASSO-OSIM", ways=ways, niche=niche or f"étudiants {people}", acronym=acronym)


def _branch(chance: Chance, town: Commune) -> Named:
    family, acronym, forms, site = chance.choice(words()["branch"]["families"])
    form = chance.choices(forms.split("; "), (3, 1))[0]
    is_wide = "{d}" in form
    seat = chef_lieu(town.department) if is_wide else town
    part = form.format(v=town.name, d=of_department(department_name(town)))
    name = f"{family} {part}" if part == town.name else f"{family} - {part}"
    ways = [("full", name), ("bare", family), ("inverted", f"{part} - {family}")]
    if acronym:
        ways.append(("acronym", f"{acronym} {town.department if is_wide else town.name}"))
    if not is_wide:
        ways.append(("short", f"{family} {of_place(town.name)}"))
    # Some national bodies are one legal person, and their branches bear its SIREN.
    siren = make_siren(Chance(family)) if family < "L" else ""
    niche = f"{family} {'of a département' if is_wide else ''}"
    return Named(type="ASSO", ways=tuple(ways), niche=niche, website=f"https://{site}", siren=siren, seat=seat)


def _club(chance: Chance, town: Commune) -> Named:
    name = chance.choice(words()["branch"]["clubs"]).format(v=town.name)
    if chance.random() < 0.4:
        name = f"{name} {chance.choice(words()['branch']['quarters'])}"
    ways = (("full", name), ("inverted", f"{town.name} {name.replace(f' {town.name}', '')}"))
    return Named(type="ASSO", ways=ways, niche=name)


def _twinning(chance: Chance, town: Commune) -> Named:
    room, there = words()["twinning"], chance.choice(words()["twinning"]["towns"])
    sole = int(town.insee[-2:], 36) % 2 == 0  # a town has one committee for all its twins, or one for each
    form = chance.choice(room["sole" if sole else "forms"])
    name = form.format(ville=town.name, de=of_place(town.name), lieu=there)
    ways = [("full", name)]
    if "omité de jumelage" in name:
        ways += [("synonym", name.replace("Comité de jumelage", "Association du jumelage"))]
        ways += [("short", name.replace("Comité de jumelage", "Jumelage"))]
    if sole:
        ways.append(("bare", "Comité de jumelage"))
    return Named(type="ASSO-JUM", ways=tuple(ways), niche="jumelage" if sole else f"jumelage {there}")


def _commune(chance: Chance, town: Commune) -> Named:
    de = of_place(town.name)
    if chance.random() < 0.25:
        full = ("full", f"Centre communal d'action sociale {de}")
        short = (("synonym", f"CCAS {de}"), ("short", f"CCAS {town.name}"))
        return Named(type="PUBL-AUT", ways=(full, *short), niche="CCAS")
    ways = (("full", f"Commune {de}"), ("synonym", f"Ville {de}"), ("synonym", f"Mairie {de}"))
    more = (("bare", town.name), ("service", f"Ville {de} - Service des relations internationales"))
    return Named(type="COLL-COM", ways=ways + more, niche="commune", siren=town.siren or "")


def _epci(chance: Chance, town: Commune) -> Named:
    body, seat = chance.choice(_communities())
    bare = body.name.removeprefix(f"{body.kind} ")
    short = bare.removeprefix("du ").removeprefix("de la ").removeprefix("des ").removeprefix("de ")
    full = f"{_COMMUNITIES.get(body.kind, '')} {bare}".strip()
    ways: Ways = (("full", full), ("synonym", body.name), ("short", short))
    return Named(type="COLL-EPCI", ways=ways if full != bare else ways[:1], niche="epci", siren=body.siren, seat=seat)


def _department(chance: Chance, town: Commune) -> Named:
    code, of = town.department, of_department(department_name(town))
    forms = (f"Conseil départemental {of}", f"Conseil général {of}", f"CD{code}", f"CD {code}")
    ways = (("full", f"Département {of}"), *(("synonym", form) for form in forms))
    return Named(type="COLL-DEP", ways=ways, niche="département", seat=chef_lieu(code))


def _school(chance: Chance, town: Commune) -> Named:
    level, *others = chance.choice(words()["school"]["levels"])
    patron = of_place(town.name) if "familiale" in level else chance.choice(words()["school"]["patrons"])
    ways = [("full", f"{level} {patron}"), *(("synonym", f"{other} {patron}") for other in others)]
    first, _, last = patron.partition(" ")
    if last and first not in ("Le", "de", "du"):
        ways.append(("short", f"{level} {first[0]}. {last}"))
    if town.name not in patron:
        ways.append(("town", f"{level} {patron} - {town.name}"))
    return Named(type="ENSR-SCO", ways=tuple(ways), niche=f"{level.split()[0]} {patron}")


def _hospital(chance: Chance, town: Commune) -> Named:
    de, saint = of_place(town.name), chance.choice(words()["school"]["saints"])
    nurses = f"Institut de formation en soins infirmiers {de}"
    forms: tuple[tuple[str, Ways], ...] = (
        ("CH", (("full", f"Centre hospitalier {de}"), ("synonym", f"Hôpital {de}"), ("short", f"CH {town.name}"))),
        (f"Hôpital {saint}", (("full", f"Hôpital {saint}"), ("synonym", f"Centre hospitalier {saint}"))),
        (f"Clinique {saint}", (("full", f"Clinique {saint}"), ("town", f"Clinique {saint} {de}"))),
        ("IFSI", (("full", nurses), ("synonym", f"IFSI {de}"), ("short", f"IFSI du CH {de}"))),
    )
    niche, ways = chance.choice(forms)
    return Named(type="PUBL-SAN", ways=ways, niche=niche)


def _university(chance: Chance, town: Commune) -> Named:
    seat = chance.choice(_cities())
    de, economists = of_place(seat.name), "d'économie du développement"
    services = ("service", f"Université {de} - Service des relations internationales")
    forms: tuple[Ways, ...] = (
        (("full", f"Université {de}"), ("short", f"Univ. {seat.name}"), services),
        (("full", f"Institut universitaire de technologie {de}"), ("synonym", f"IUT {de}")),
        (("full", f"Fondation Université {de}"), ("synonym", f"Fondation de l'Université {de}")),
        (("full", f"Laboratoire {economists} {de}"), ("short", f"Labo. {economists} {de}")),
        (
            ("full", f"Institut d'études politiques {de}"),
            ("synonym", f"IEP {de}"),
            ("alias", f"Sciences Po {seat.name}"),
        ),
        (("full", f"Faculté de médecine {de}"), ("synonym", f"UFR de médecine {de}")),
    )
    ways = chance.choice(forms)
    return Named(type="ENSR-SUP", ways=ways, niche=ways[0][1], seat=seat)


def _company(chance: Chance, town: Commune) -> Named:
    room = words()["company"]
    stem = chance.choice(room["stems"] if chance.random() < 0.5 else room["people"])
    name, form = f"{stem} {chance.choice(room['trades'])}", chance.choice(room["forms"])
    return Named(
        type="ECO-ENT", ways=(("full", name), ("legal", f"{form} {name}"), ("legal", f"{name} ({form})")), niche=stem
    )


def _parish(chance: Chance, town: Commune) -> Named:
    saint = chance.choice(words()["school"]["saints"])
    ways = (("full", f"Paroisse {saint} {of_place(town.name)}"), ("bare", f"Paroisse {saint}"))
    return Named(type="ASSO", ways=ways, niche=f"Paroisse {saint}")


def _foundation(chance: Chance, town: Commune) -> Named:
    """A person's foundation, and its daughters under the same name in the same town."""
    who = f"{chance.choice(('Jean', 'Marie', 'Anne', 'Pierre'))} {chance.choice(words()['company']['people'])}"
    name = f"{chance.choice(('Fondation', 'Institut', 'Fonds de dotation', 'Maison'))} {who}"
    seat = Chance(f"home of {who} {chance.randrange(20)}").choice(_cities())
    return Named(type="ECO-FOND", ways=(("full", name),), niche=name, seat=seat)


# kind -> (share of all bodies, in hundredths; how one is named)
KINDS: Mapping[str, tuple[float, Callable[[Chance, Commune], Named]]] = {
    "solidarity": (38, _solidarity),
    "branch": (14, _branch),
    "twinning": (9, _twinning),
    "commune": (9, _commune),
    "school": (8, _school),
    "diaspora": (6, _diaspora),
    "company": (5, _company),
    "hospital": (3, _hospital),
    "club": (2.5, _club),
    "parish": (1.5, _parish),
    "epci": (1.5, _epci),
    "university": (1, _university),
    "foundation": (1, _foundation),
    "department": (0.3, _department),
}


def any_town(chance: Chance, kind: str) -> Commune:
    """A commune large enough for such a body, drawn so that bodies grow a little slower than inhabitants."""
    found, weights = _towns()
    while True:
        town = chance.choices(found, cum_weights=weights)[0]
        if (town.population or 0) >= _SMALLEST.get(kind, 0):
            return town


@cache
def chef_lieu(department: str) -> Commune:
    """The largest commune, which nearly always is the prefecture."""
    return max(geography.communes_of_department(department), key=lambda each: each.population or 0)


def department_name(town: Commune) -> str:
    found = geography.department(town.department)
    assert found is not None
    return found.name


def make_siren(chance: Chance) -> str:
    stem = f"{chance.choice('3457889')}{chance.randrange(10**7):07}"
    return stem + luhn.calc_check_digit(stem)


@cache
def _towns() -> tuple[list[Commune], list[float]]:
    found = [town for each in geography.departments() for town in geography.communes_of_department(each.code)]
    found = [town for town in found if town.population and town.siren and town.postcodes]
    return found, list(accumulate((town.population or 0) ** 0.85 for town in found))


@cache
def _cities() -> list[Commune]:
    return [town for town in _towns()[0] if (town.population or 0) > 60_000]


@cache
def _communities() -> list[tuple[geography.Epci, Commune]]:
    return [(body, seat) for body in geography._epcis().values() if (seat := geography.commune(body.seat or ""))]
