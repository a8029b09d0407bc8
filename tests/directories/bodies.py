"""Bodies that could exist: what they are called, where they sit, how they can be told apart.

Drawn in families, because what makes duplicates hard is the neighbour: the branch of the same national body in the next
town, the twinning committee of the commune next door, the town against its CCAS and its EPCI, the collège beside the
lycée of the same name, the association of the same name at the other end of the country, the foundation of the school.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from schemas.geography import Commune, department
from schemas.vocabularies import vocabulary
from tests.directories.reach import Reach, reach, siren
from tests.directories.towns import homonymous_towns, neighbours, town
from tests.directories.words import (
    COUNTRIES,
    FOREIGN,
    LOCAL_WORDS,
    NATIONALS,
    OPENINGS,
    PATRONS,
    SYLLABLES,
    THEMES,
)

_HOMONYMS = 0.04  # of associations have a namesake elsewhere, on purpose; some more come by chance
_KNOWN_TOWN = 0.2  # of associations for the development of a place are for one that others help too
_TELLING = 0.72  # of names hold a word of their own; namesakes mostly do not


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One real thing.

    key:       what makes it itself.
    kind:      its family, for figures by kind.
    namesake:  whether another body bears its name: whoever lists it says where it is.
    spellings: other ways in which directories call it, each as right as `name`.
    """

    key: str
    kind: str
    type: str
    name: str
    commune: Commune
    acronym: str = ""
    former: str = ""
    namesake: bool = False
    spellings: tuple[str, ...] = ()
    identifiers: dict[str, str] = field(default_factory=dict)
    reach: Reach = field(default_factory=Reach)
    sectors: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    founded: int = 0


Family = Callable[[Random], Iterator[Body]]


def bodies(chance: Random, count: int, families: Mapping[Family, int]) -> list[Body]:
    """`count` bodies, family by family, each as often as its number says."""
    found: list[Body] = []
    seen: set[str] = set()
    drawn, weights = list(families), list(families.values())
    while len(found) < count:
        (family,) = chance.choices(drawn, weights)
        for body in family(chance):
            if body.key not in seen:
                seen.add(body.key)
                found.append(_complete(chance, body))
    return found[:count]


def _complete(chance: Random, body: Body) -> Body:
    """The body with the identifiers and contacts that such bodies have, about as often as they have them."""
    given = dict(body.identifiers)
    if "siren" not in given and chance.random() < 0.45:
        given["siren"] = siren(chance)
    is_local_law = body.commune.department in ("57", "67", "68")  # Alsace and Moselle register otherwise
    if body.type.startswith("ASSO") and not is_local_law and chance.random() < 0.5:
        prefix = body.commune.department[:2].replace("A", "0").replace("B", "0")
        given["rna"] = f"W{prefix}{chance.randint(1, 9)}{chance.randint(0, 999_999):06}"
    return replace(
        body,
        identifiers=given,
        founded=chance.randint(1950, 2024),
        reach=body.reach if body.reach != Reach() else reach(chance, body.name, body.commune, body.type),
    )


def associations(chance: Random) -> Iterator[Body]:
    """An association, and now and then one of the same name elsewhere."""
    theme, country = chance.choice(list(THEMES)), chance.choice(COUNTRIES)
    is_common = chance.random() < _HOMONYMS
    label = vocabulary("countries").label(country)
    name = _association_name(chance, theme, label, telling=0.2 if is_common else _TELLING)
    for home in (town(chance), town(chance))[: 1 + is_common]:
        initials = "".join(part[0] for part in name.replace("'", " ").split() if part[0].isupper() or len(part) > 3)
        yield Body(
            key=f"{name}@{home.insee}",
            kind="association",
            type=chance.choice(("ASSO-ASI", "ASSO-ASI", "ASSO", "ASSO-OSIM")),
            name=name if chance.random() < 0.85 else f"{name} {home.name}",
            acronym=initials.upper() if len(initials) >= 3 and chance.random() < 0.4 else "",
            former=_association_name(chance, theme, "", telling=_TELLING) if chance.random() < 0.04 else "",
            namesake=is_common,
            commune=home,
            sectors=(theme,),
            countries=(country,),
        )


def _association_name(chance: Random, theme: str, country: str, *, telling: float) -> str:
    opening, word, about = chance.choice(OPENINGS), chance.choice(LOCAL_WORDS), chance.choice(THEMES[theme])
    own_word, place = coined(chance), chance.choice(FOREIGN)
    village = place if chance.random() < _KNOWN_TOWN else own_word
    plain = (
        f"{opening} {word} {country}", f"{word} {about} {country}", f"{about} sans frontières {word}",
        f"Association pour le développement de {village}", f"{about} et {word} {country}",
    )  # fmt: skip
    own = (
        f"Les Amis de {own_word}", f"Association {own_word}", f"{own_word} {about}", f"{opening} {own_word} {country}",
        f"{own_word} {coined(chance)} Solidarité", f"{about} pour {own_word}", f"{opening} {own_word}",
        f"{own_word} {country}", f"{opening} {own_word} {place}",
    )  # fmt: skip
    return " ".join(chance.choice(own if chance.random() < telling else plain).split())


def branches(chance: Random) -> Iterator[Body]:
    """Local branches of one national body in neighbouring towns, some behind the federation of their département."""
    name, acronym = chance.choice(NATIONALS)
    first = town(chance)
    near = [each for each in neighbours(first) if (each.population or 0) > 2_000] or [first]
    area = department(first.department)
    head = max(near, key=lambda each: each.population or 0)
    shared = reach(chance, f"{name} {first.department}", head, "ASSO") if chance.random() < 0.3 else Reach()
    national = siren(chance) if chance.random() < 0.3 else ""
    for home in chance.sample(near, min(len(near), chance.randint(1, 4))):
        spellings = [f"{name} {home.name}", f"{name} - comité de {home.name}", f"{name} ({home.name})"]
        spellings += [f"{name} - antenne de {home.name}", f"{name} groupe de {home.name}"]
        spellings += [f"{acronym} {home.name}"] if len(acronym) > 2 else []
        yield Body(
            key=f"{name}@{home.insee}",
            kind="branch",
            type="ASSO-ASI",
            name=spellings[0],
            spellings=tuple(spellings),
            acronym=acronym,
            commune=home,
            reach=shared,
            identifiers={"siren": national} if national else {},
        )
    if area is not None and area.name != head.name and chance.random() < 0.5:
        yield Body(
            key=f"{name}@{first.department}",
            kind="branch",
            type="ASSO-ASI",
            name=f"{name} - fédération de {area.name}",
            spellings=(f"{name} - fédération départementale {area.name}", f"{name} {area.name}", f"{name} {area.code}"),
            commune=head,
            reach=shared,
            identifiers={"siren": national} if national else {},
        )


def twinnings(chance: Random) -> Iterator[Body]:
    """Twinning committees of a few communes of one département, some with one foreign town."""
    partner = chance.choice(FOREIGN)
    near = neighbours(town(chance))
    for home in chance.sample(near, min(chance.randint(1, 3), len(near))):
        partner = partner if chance.random() < 0.4 else chance.choice(FOREIGN)
        spellings = (
            f"Comité de jumelage de {home.name}", f"Comité de jumelage {home.name}-{partner}",
            f"Jumelage {home.name} {partner}", f"Association de jumelage {home.name} / {partner}",
        )  # fmt: skip
        yield Body(
            key=f"jumelage@{home.insee}",
            kind="twinning",
            type="ASSO-JUM",
            name=chance.choice(spellings),
            spellings=spellings,
            commune=home,
        )


def authorities(chance: Random) -> Iterator[Body]:
    """A commune, with its CCAS and its association of communes beside it; now and then two communes of one name."""
    for home in homonymous_towns(chance) if chance.random() < 0.1 else (town(chance),):
        yield Body(
            key=f"commune@{home.insee}",
            kind="authority",
            type="COLL-COM",
            name=f"Ville de {home.name}",
            spellings=tuple(f"{word} {home.name}".strip() for word in ("Commune de", "Mairie de", "Commune :", "")),
            commune=home,
            identifiers={"siren": home.siren} if home.siren else {},
        )
        if chance.random() < 0.35:
            yield Body(
                key=f"ccas@{home.insee}",
                kind="authority",
                type="PUBL",
                name=f"CCAS de {home.name}",
                spellings=(f"Centre communal d'action sociale de {home.name}", f"CCAS {home.name}"),
                commune=home,
            )
        if chance.random() < 0.35:
            words = ("Communauté de communes du Pays de {}", "{} Agglomération", "Communauté d'agglomération de {}")
            yield Body(
                key=f"epci@{home.insee}",
                kind="authority",
                type="COLL-EPCI",
                name=chance.choice(words).format(home.name),
                commune=home,
            )
        if chance.random() < 0.1 and (area := department(home.department)):
            yield Body(
                key=f"departement@{area.code}",
                kind="authority",
                type="COLL-DEP",
                name=f"Conseil départemental {area.name}",
                spellings=(f"Département {area.name}", f"CD{area.code}", f"Conseil général {area.name}"),
                commune=max(neighbours(home), key=lambda each: each.population or 0),
            )


def schools(chance: Random) -> Iterator[Body]:
    """Schools under one patron in one town, some on one site."""
    home, patron = town(chance), chance.choice(PATRONS)
    site = reach(chance, patron, home, "ENSR") if chance.random() < 0.4 else Reach()
    for level in chance.sample(("Lycée", "Collège", "École primaire", "Lycée professionnel"), chance.randint(1, 2)):
        number = chance.randint(100_000, 999_999)
        yield Body(
            key=f"{level} {patron}@{home.insee}",
            kind="school",
            type="ENSR-SCO",
            name=f"{level} {patron}",
            commune=home,
            reach=site,
            identifiers={"uai": f"{number:07}{'ABCDEFGHJKLMNPRSTUVWXYZ'[number % 23]}"}
            if chance.random() < 0.6
            else {},
        )


def institutions(chance: Random) -> Iterator[Body]:
    """Hospitals, universities, companies, chambers: a mother, sometimes with a daughter foundation."""
    home = town(chance, least=20_000)
    name, type_code = chance.choice(
        (
            (f"Centre hospitalier de {home.name}", "PUBL-SAN"),
            (f"Université de {home.name}", "ENSR-SUP"),
            (f"{coined(chance)} Conseil", "ECO-ENT"),
            (f"{coined(chance)} {coined(chance)} Ingénierie", "ECO-ENT"),
            (f"Chambre de commerce et d'industrie de {home.name}", "ECO-CONS"),
            (f"École supérieure de commerce de {home.name}", "ENSR-SUP"),
        )
    )
    mother = Body(key=f"{name}@{home.insee}", kind="institution", type=type_code, name=name, commune=home)
    yield mother
    if chance.random() < 0.25:
        daughter = f"Fondation {name}"
        yield replace(mother, key=f"{daughter}@{home.insee}", type="ECO-FOND", name=daughter)


def coined(chance: Random) -> str:
    """A name that no list holds, as villages, founders and words of other languages give them."""
    return "".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4)))).capitalize()
