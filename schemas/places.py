"""Does an address in France hold together: postcode, commune, official code, coordinates?

Answers are remembered by value, since a directory is validated again and again and its seats hardly change.
"""

from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from schemas.geography import (
    Commune,
    Department,
    commune,
    communes_of_department,
    communes_of_postcode,
    department,
    department_of_postcode,
    departments,
    find_commune,
    region_of,
)

# Beyond this distance of every commune's centre, a point of metropolitan France lies at sea or abroad: the largest
# commune, Arles, reaches 24 km from its own. Guyane's communes reach much further.
_FARTHEST_KM = 25.0
_EARTH_KM = 6371.0
_VAST = frozenset({"973"})

Problem = tuple[str, str, str]  # issue code, property of the place, sentence


@lru_cache(maxsize=1 << 14)
def problems(
    country: str, postcode: str | None, city: str | None, insee: str | None, lat: float | None, lon: float | None
) -> tuple[Problem, ...]:
    """What does not hold together in a place; nothing is said of places outside France."""
    if country != "FR":
        return ()
    here = commune(insee) if insee else None
    found: list[Problem] = []
    if insee and here is None:
        found.append(
            ("unknown-commune", "insee", f"« {insee} » n'est le code d'aucune commune. Exemple : « 45234 » (Orléans).")
        )
    if postcode:
        found += _postcode_problems(postcode, city, here)
    if here is not None and city and not _is_called(here, city, postcode):
        sentence = f"Le code INSEE « {insee} » est celui de {here.name}, et non de « {city} »."
        found.append(("insee-city-mismatch", "insee", sentence))
    if lat is not None and lon is not None:
        found += _coordinate_problems(lat, lon, here, _department(here, postcode))
    return tuple(found)


@lru_cache(maxsize=1 << 14)
def region_of_place(insee: str | None, postcode: str | None) -> str | None:
    """The INSEE code of the region where a French address lies; None when neither code tells."""
    here = commune(insee) if insee else None
    if here is not None:
        return here.region
    code = department_of_postcode(postcode) if postcode else None
    return region_of(code) if code else None


def _postcode_problems(postcode: str, city: str | None, here: Commune | None) -> list[Problem]:
    code = department_of_postcode(postcode)
    if code is None:
        return [("unknown-postcode", "postcode", f"« {postcode} » n'est d'aucun département. Exemple : « 45000 ».")]
    served = communes_of_postcode(postcode)
    if here is not None:
        # A CEDEX code serves no commune of the table: its département is all that can be compared.
        agrees = postcode in here.postcodes if served else here.department == code
        right = ", ".join(here.postcodes)
        name = here.name
    else:
        agrees = not (served and city) or _serves(postcode, city, served)
        right = ", ".join(dict.fromkeys(name.name for name in served[:5]))
        name = city or ""
    if agrees:
        return []
    hint = f"On attend {right}." if here is not None else f"Ce code dessert : {right}."
    return [("postcode-commune-mismatch", "postcode", f"Le code postal « {postcode} » ne dessert pas {name}. {hint}")]


def _serves(postcode: str, city: str, served: tuple[Commune, ...]) -> bool:
    """Whether a postcode serves the commune so named. A name that no commune bears, or several, proves nothing."""
    found = find_commune(city, postcode=postcode) or find_commune(city)
    return found is None or found in served or postcode in found.postcodes


def _is_called(here: Commune, city: str, postcode: str | None) -> bool:
    """Whether `city` names this commune, a former commune of it, or nothing that is known in its département."""
    if city == here.name:
        return True
    named = find_commune(city, here.department, postcode)
    return named is None or named.insee == here.insee or _same_town(named, here)


def _same_town(one: Commune, other: Commune) -> bool:
    """Paris, Lyon or Marseille and one of its districts."""
    return (
        one.department == other.department
        and one.name.split()[0] == other.name.split()[0]
        and (one.siren is None or other.siren is None)
    )


def _department(here: Commune | None, postcode: str | None) -> Department | None:
    code = here.department if here is not None else department_of_postcode(postcode) if postcode else None
    return department(code) if code else None


def _coordinate_problems(lat: float, lon: float, here: Commune | None, home: Department | None) -> list[Problem]:
    boxed = [one for one in ([home] if home else departments()) if one.box is not None]
    if not boxed:
        return []
    around = [one for one in boxed if one.box and one.box.holds(lat, lon)]
    if not around:
        where = f"du département {home.name} ({home.code})" if home else "de France"
        swapped = any(one.box and one.box.holds(lon, lat) for one in boxed)
        advice = "Latitude et longitude semblent interverties." if swapped else "Corrigez-les ou laissez-les de côté."
        sentence = f"Les coordonnées {lat}, {lon} tombent hors {where}. {advice}"
        return [("coordinates-outside", "lat", sentence)]
    if here is not None and _is_near(lat, lon, here):
        return []
    if any(
        one.code in _VAST or any(_is_near(lat, lon, near) for near in communes_of_department(one.code))
        for one in around
    ):
        return []
    sentence = (
        f"Les coordonnées {lat}, {lon} sont à plus de {_FARTHEST_KM:.0f} km de toute commune : en mer ou à l'étranger. "
        "Corrigez-les ou laissez-les de côté."
    )
    return [("coordinates-at-sea", "lat", sentence)]


def _is_near(lat: float, lon: float, town: Commune) -> bool:
    """A commune whose own place is not known is near everything."""
    return town.lat is None or town.lon is None or _kilometres(lat, lon, town.lat, town.lon) <= _FARTHEST_KM


def _kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance (haversine)."""
    north, east = radians(other_lat - lat), radians(other_lon - lon)
    half = sin(north / 2) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(east / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))
