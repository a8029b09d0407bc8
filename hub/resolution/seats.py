"""Seats: where does a record say that its body sits, wherever in the address it says so?

    "Maison des associations, 10 rue Hôtel Dieu, 18000 - Bourges"  ──►  "10 rue hotel dieu", 18000, commune 18033

All but `country`, `insee`, `postcode`, `city` and `street` is left aside; "" is what is not said.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hub.resolution import gazetteer
from hub.resolution.lexicon import lexicon
from hub.resolution.places import department_said
from hub.resolution.spelling import as_meant, without_code
from schemas import geography
from schemas.text import fold

Seat = Mapping[str, str]

_POSTCODE_WITHIN = re.compile(r"(?P<street>.*?)[\s,;/–-]*\b(?P<postcode>\d\d ?\d{3})\b[\s,;/–-]*(?P<city>[^,;\d]*)")
_TOWN_BEHIND = re.compile(r"(?P<street>.*)(?:,| [-–/à] ) *(?P<city>[^,;/–]+)")
_MOST_CHARS = 200  # of a street that are read
_BOXES = ("bp", "cs", "boite")  # what follows in an address is no street


def placed(seat: Seat) -> dict[str, Any]:
    """The columns of a seat that a row has, where it is in France or says no country."""
    if seat.get("country", "") not in ("", "FR"):
        return {"department": ""}
    insee, postcode = seat.get("insee", ""), seat.get("postcode", "")
    city, code = city_meant(seat.get("city", ""))
    commune = gazetteer.seat(insee, city, postcode) or gazetteer.in_department(city, code)
    town, inhabitants = gazetteer.homonyms(city)
    department = commune.department if commune else gazetteer.department_of_postcode(postcode)
    department = department or code or department_said(city)
    return {
        "commune": commune.insee if commune else "",
        "town": town,
        "district": gazetteer.district(insee, city, postcode),
        "department": department,
        "region": (geography.region_of(department) or "") if department else "",
        "postcode": postcode,
        "population": float(commune.population if commune else inhabitants),
    }


@lru_cache(maxsize=1 << 13)
def city_meant(text: str) -> tuple[str, str]:
    """The city as it was meant, and the département said beside it ("Tours (37)"), "" when there is none."""
    city = as_meant(text)
    return (city, "") if gazetteer.is_district(city) else without_code(city)


def written_out(seat: Seat) -> Seat:
    """A seat with postcode and town, where they stand in the street and nowhere else: "10 rue Hôtel Dieu, Bourges"."""
    if any(seat.get(each) for each in ("insee", "city", "postcode")):
        return seat
    street = seat.get("street", "")[:_MOST_CHARS]
    for found in (_POSTCODE_WITHIN.fullmatch(street), _TOWN_BEHIND.fullmatch(street)):
        if not found:
            continue
        postcode, city = found.groupdict().get("postcode", "").replace(" ", ""), found["city"]
        if gazetteer.department_of_postcode(postcode) or gazetteer.named(" ".join(gazetteer.words_of(city))):
            return {**seat, "street": found["street"], "postcode": postcode, "city": city}
    return seat


def street(text: str) -> str:
    """The number and the street as two directories would write them: no building before, no box behind, no article."""
    if not text:
        return ""
    words = [lexicon().street_words.get(word, word) for word in fold(as_meant(text)).split()]
    begun = next(
        (at for at, word in enumerate(words[:-1]) if _is_number_before_street(word, words[at + 1 : at + 3])), 0
    )
    ended = next((at for at in range(begun + 1, len(words)) if words[at] in _BOXES), len(words))
    return " ".join(word for word in words[begun:ended] if word not in lexicon().articles)


def _is_number_before_street(word: str, others: list[str]) -> bool:
    """Whether an address begins here: what stands before is who lives there."""
    return word[0].isdigit() and not lexicon().street_kinds.isdisjoint(others)
