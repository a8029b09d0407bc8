"""Bodies of everyday local life: what a town or a département has one of for each activity, often behind one door.

Their names are ordinary words and a place, so that neighbours share nearly all they say: the tennis and the football
club of a town, the leagues of a region, the residence and the social centre under one patron's name.
"""

from collections.abc import Iterator
from random import Random

from schemas.geography import department
from tests.directories.bodies import Body, coined
from tests.directories.reach import Reach, reach
from tests.directories.towns import neighbours, town
from tests.directories.words import ACTIVITIES, LOCAL_BODIES, PATRONS, SERVICES, SPORTS, STAGE


def clubs(chance: Random) -> Iterator[Body]:
    """Clubs and associations of one town, and one of the same activity next door."""
    home = town(chance)
    for activity in chance.sample(SPORTS, chance.randint(1, 3)):
        forms = (
            f"{activity} Club {{}}",
            f"Club de {activity} de {{}}",
            f"{{}} {activity}",
            f"Union sportive {{}} {activity}",
        )
        form = chance.choice(forms)
        for place in (home, chance.choice(neighbours(home)))[: 1 + (chance.random() < 0.3)]:
            name = form.format(place.name)
            yield Body(key=f"{activity}@{place.insee}", kind="club", type="ASSO", name=name, commune=place)
    for words in chance.sample(LOCAL_BODIES, chance.randint(0, 2)):
        yield Body(
            key=f"{words}@{home.insee}",
            kind="club",
            type="ASSO",
            name=f"{words} de {home.name}",
            spellings=(f"{words} {home.name}", f"{words} de {home.name}"),
            commune=home,
        )


def leagues(chance: Random) -> Iterator[Body]:
    """Committees of one département, some in one house, with one telephone."""
    near = neighbours(town(chance))
    head = max(near, key=lambda each: each.population or 0)
    area = department(head.department)
    if area is None:
        return
    house = reach(chance, f"maison {area.name}", head, "ASSO") if chance.random() < 0.5 else Reach()
    for activity in chance.sample((*SPORTS, *ACTIVITIES), chance.randint(2, 4)):
        yield Body(
            key=f"comité {activity}@{area.code}",
            kind="league",
            type="ASSO",
            name=f"Comité départemental de {activity} {area.name}",
            spellings=(
                f"Comité départemental {activity} {area.code}", f"Comité {area.name} {activity}",
                f"Comité départemental {activity} de {area.name}",
            ),
            commune=head,
            reach=Reach(street=house.street, phone=house.phone) if house.street else Reach(),
        )  # fmt: skip


def services(chance: Random) -> Iterator[Body]:
    """Services under one patron's name in one town: a social centre, a residence, a nursery."""
    home, patron = town(chance), chance.choice(PATRONS)
    for words in chance.sample(SERVICES, chance.randint(1, 2)):
        yield Body(
            key=f"{words} {patron}@{home.insee}",
            kind="service",
            type="ASSO",
            name=f"{words} {patron}",
            spellings=(f"{words} {patron}", f"{words} {patron} {home.name}"),
            namesake=True,
            commune=home,
        )


def stages(chance: Random) -> Iterator[Body]:
    """A company or a festival: words of its own after an ordinary one, which some leave out."""
    home, words, own = town(chance), chance.choice(STAGE), f"{coined(chance)} {coined(chance)}"
    yield Body(
        key=f"{words} {own}@{home.insee}",
        kind="stage",
        type="ASSO",
        name=f"{words} {own}",
        spellings=(f"{own} {words}", f"Association {own}", f"Association {words} {own}"),
        commune=home,
    )
