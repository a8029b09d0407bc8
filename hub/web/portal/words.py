"""How values are written for French readers: numbers, dates, codes, sizes. Most functions are template filters.

What a code means comes from the schemas (their columns name a vocabulary or their own choices), never from here.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from hub.french import NARROW_SPACE, PARIS, day, moment, number, typeset
from hub.model.licence import licence
from schemas import geography, html, registry
from schemas.canonical import JSON
from schemas.registry import Column
from schemas.vocabularies import vocabulary

JOB_STATUSES = {
    "running": "Moisson en cours",
    "succeeded": "Complète et prouvée",
    "partial": "Interrompue",
    "held": "Suppressions en attente",
    "failed": "En échec",
}
ROLES = {"lead": "porteur", "partner": "partenaire", "funder": "financeur"}
REGISTERS = {
    "siren": "https://annuaire-entreprises.data.gouv.fr/entreprise/{}",
    "siret": "https://annuaire-entreprises.data.gouv.fr/etablissement/{}",
    "rna": "https://annuaire-entreprises.data.gouv.fr/entreprise/{}",
    "ror": "https://ror.org/{}",
    "wikidata": "https://www.wikidata.org/wiki/{}",
}


def instant(value: str) -> str:
    """A stated moment in Paris, its hour left out at midnight and just before: "3 novembre 2026 à 18 h"."""
    try:
        found = datetime.fromisoformat(value).astimezone(PARIS)
    except ValueError:
        return value
    whole_day = (found.hour, found.minute) in ((0, 0), (23, 59))
    hour = f"{found.hour}{NARROW_SPACE}h" + (f"{NARROW_SPACE}{found.minute:02}" if found.minute else "")
    return day(found.date()) if whole_day else f"{day(found.date())} à {hour}"


def when(announcement: JSON) -> str:
    """When an announcement takes place, or until when it can be answered; "" when it does not say."""
    starts, ends = announcement.get("starts_at"), announcement.get("ends_at")
    opens, closes = announcement.get("opens_at"), announcement.get("closes_at")
    if starts and ends and starts[:10] != ends[:10]:
        return f"du {instant(starts)} au {instant(ends)}"
    if starts:
        return f"le {instant(starts)}"
    if opens and closes:
        return f"du {instant(opens)} au {instant(closes)}"
    return f"jusqu’au {instant(closes)}" if closes else ""


def size(count: int) -> str:
    """Bytes -> "1,2 Mo"."""
    for unit, step in (("Go", 10**9), ("Mo", 10**6), ("ko", 10**3)):
        if count >= step:
            return f"{count / step:.1f}".replace(".", ",") + f"{NARROW_SPACE}{unit}"
    return f"{count}{NARROW_SPACE}octets"


def term(code: str, name: str) -> str:
    """The French label of a vocabulary's code."""
    return typeset(vocabulary(name).label(code))


def web(url: str | None) -> str | None:
    """The address when a link may lead there: http or https, with a host. Anything else is never made a link."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def host(url: str) -> str:
    """ "https://www.exemple.fr/a" -> "exemple.fr"."""
    return urlsplit(url).netloc.removeprefix("www.")


def place(seat: JSON) -> str:
    """ "Rennes (35)"."""
    city, postcode = seat.get("city"), seat.get("postcode")
    if not city:
        return "lieu non précisé"
    found = (
        geography.department_of_postcode(postcode) if postcode else geography.department_of_insee(seat.get("insee", ""))
    )
    return f"{city} ({found})" if found else str(city)


def scheme(code: str) -> str:
    """The name of an official register: "siren" -> "Numéro SIREN"."""
    column = _columns("actor").get(f"identifiers.{code}")
    return column.title_fr if column else code


def register_url(identifier: JSON) -> str | None:
    """Where an official identifier can be checked; None when its register has no public page."""
    pattern = REGISTERS.get(identifier["scheme"])
    return pattern.format(identifier["value"].removeprefix("https://ror.org/")) if pattern else None


def job_status(code: str) -> str:
    return JOB_STATUSES.get(code, code)


def role(code: str) -> str:
    return ROLES.get(code, code)


def heading(name: str, collection: str) -> str:
    """The French title of a property."""
    return typeset(str(_properties(collection).get(name, {}).get("title", name)))


def rank(pointer: str, collection: str) -> int:
    """Where the property that a JSON pointer leads to stands in its schema; unknown ones come last."""
    known = list(_properties(collection))
    name = pointer.split("/")[1]
    return known.index(name) if name in known else len(known)


def at(record: JSON, pointer: str) -> Any:
    """The value a JSON pointer leads to (RFC 6901), or None."""
    value: Any = record
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return value


def spoken(value: Any, name: str, collection: str = "actor") -> str:
    """A value of the property `name` ("sectors", "seat") in words: codes by their labels, lists with commas."""
    if isinstance(value, list):
        return ", ".join(filter(None, (spoken(each, name, collection) for each in value)))
    if isinstance(value, dict):
        return _spoken_object(value, name, collection)
    if isinstance(value, bool):
        return "oui" if value else "non"
    column = _columns(collection).get(name)
    if isinstance(value, float | int):
        return f"{value:.10g}".replace(".", ",")
    if column and column.choices:
        return column.choices.get(str(value), str(value))
    if column and column.vocabulary:
        return vocabulary(column.vocabulary).label(str(value))
    return day(value) if column and column.kind in ("date", "partial-date") else str(value)


def leaves(record: JSON, collection: str) -> Iterator[tuple[str, str]]:
    """A source record as its reader sees it: the title and the words of each property it fills, in schema order."""
    for name in _properties(collection):
        if name != "id" and record.get(name) not in (None, "", [], {}):
            yield heading(name, collection), spoken(record[name], name, collection)


def _spoken_object(value: JSON, name: str, collection: str) -> str:
    if name == "countries":
        roles = ", ".join(_country_roles()[each]["fr"] for each in value.get("roles", ()) if each != "project")
        return vocabulary("countries").label(value["code"]) + (f" ({roles})" if roles else "")
    if name == "seat":
        town = " ".join(filter(None, (value.get("postcode"), value.get("city"))))
        address = ", ".join(filter(None, (value.get("street"), town)))
        return address or vocabulary("countries").label(value.get("country", "FR"))
    if name == "identifiers":
        return f"{scheme(value['scheme'])} {value['value']}"
    if name == "budget":
        amount = number(value["amount"]) + NARROW_SPACE if "amount" in value else ""
        return f"{amount}{value.get('currency', '')}".replace("EUR", "€").strip()
    if name == "amount":
        return _amount(value)
    if name == "scope":
        return _scope(value)
    return ", ".join(filter(None, (_spoken_part(key, each, name, collection) for key, each in value.items())))


def _amount(value: JSON) -> str:
    """ "de 5 000 à 25 000 €, jusqu’à 70 % du budget"."""
    currency = value.get("currency", "EUR").replace("EUR", "€")
    sums = {key: f"{number(value[key])}{NARROW_SPACE}{currency}" for key in ("min", "max") if key in value}
    if len(sums) == 2:
        told = f"de {number(value['min'])} à {sums['max']}"
    else:
        told = " ".join(f"{ {'min': 'au moins', 'max': 'au plus'}[key] } {text}" for key, text in sums.items())
    rate = f"jusqu’à {value['rate_max']:.10g}{NARROW_SPACE}% du budget".replace(".", ",") if "rate_max" in value else ""
    return ", ".join(filter(None, (told, rate)))


def _scope(value: JSON) -> str:
    """ "Centre-Val de Loire, Bretagne", or "toute la France"."""
    named = geography.region if value["level"] == "region" else geography.department
    territories = [found.name if (found := named(code)) else code for code in value.get("codes", ())]
    return ", ".join(territories) or "toute la France"


def _spoken_part(key: str, value: Any, name: str, collection: str) -> str:
    """One member of a place or of a reference; a position and the country of all are not worth saying."""
    if key in ("lat", "lon") or (key, value) == ("country", "FR"):
        return ""
    return vocabulary("countries").label(value) if key == "country" else spoken(value, f"{name}.{key}", collection)


@cache
def _country_roles() -> JSON:
    roles: JSON = _properties("actor")["countries"]["items"]["properties"]["roles"]["x-labels"]
    return roles


def _properties(collection: str) -> JSON:
    properties: JSON = registry.schema_of(registry.LATEST[collection])["properties"]
    return properties


@cache
def _columns(collection: str) -> dict[str, Column]:
    return {column.property: column for column in registry.columns(registry.LATEST[collection])}


FILTERS = {
    "typeset": typeset,
    "number": number,
    "day": day,
    "moment": moment,
    "instant": instant,
    "when": when,
    "clean": html.clean,
    "size": size,
    "term": term,
    "web": web,
    "host": host,
    "place": place,
    "scheme": scheme,
    "register_url": register_url,
    "job_status": job_status,
    "role": role,
    "spoken": spoken,
    "leaves": leaves,
    "licence": licence,
}
