"""How values are written for French readers: numbers, dates, codes, sizes. Every function is a template filter."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from schemas import geography, registry
from schemas.canonical import JSON
from schemas.vocabularies import vocabulary

PARIS = ZoneInfo("Europe/Paris")
NARROW_SPACE = "\u202f"  # before units and between thousands, as French typography wants
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
JOB_STATUSES = {
    "running": "Moisson en cours",
    "succeeded": "Complète et prouvée",
    "partial": "Interrompue",
    "held": "Suppressions en attente",
    "failed": "En échec",
}
ROLES = {"project": "projets", "partner": "partenaires", "origin": "origine"}
SCHEMES = {
    "siren": "SIREN",
    "siret": "SIRET",
    "rna": "RNA",
    "uai": "UAI",
    "ror": "ROR",
    "finess": "FINESS",
    "insee": "INSEE",
    "iati": "IATI",
    "wikidata": "Wikidata",
}
REGISTERS = {
    "siren": "https://annuaire-entreprises.data.gouv.fr/entreprise/{}",
    "siret": "https://annuaire-entreprises.data.gouv.fr/etablissement/{}",
    "rna": "https://annuaire-entreprises.data.gouv.fr/entreprise/{}",
    "ror": "https://ror.org/{}",
    "wikidata": "https://www.wikidata.org/wiki/{}",
}


def number(value: float) -> str:
    """12345 -> "12 345"."""
    return f"{value:,.0f}".replace(",", NARROW_SPACE)


def day(value: date | str | None) -> str:
    """ "2026-11-03" -> "3 novembre 2026"; text that is no date is left as it is."""
    if not value:
        return "date inconnue"
    try:
        found = value if isinstance(value, date) else date.fromisoformat(value[:10])
    except ValueError:
        return str(value)
    return f"{'1er' if found.day == 1 else found.day} {MONTHS[found.month - 1]} {found.year}"


def moment(value: datetime | str) -> str:
    """A time in Paris: "3 novembre 2026 à 3 h 30"."""
    found = (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(PARIS)
    return f"{day(found.date())} à {found.hour}{NARROW_SPACE}h{NARROW_SPACE}{found.minute:02}"


def size(count: int) -> str:
    """Bytes -> "1,2 Mo"."""
    for unit, step in (("Go", 10**9), ("Mo", 10**6), ("ko", 10**3)):
        if count >= step:
            return f"{count / step:.1f}".replace(".", ",") + f"{NARROW_SPACE}{unit}"
    return f"{count}{NARROW_SPACE}octets"


def term(code: str, name: str) -> str:
    """The French label of a vocabulary's code."""
    return vocabulary(name).label(code)


def department(code: str | None) -> str:
    found = geography.department(code) if code else None
    return found.name if found else ""


def scheme(code: str) -> str:
    return SCHEMES.get(code, code)


def register_url(identifier: JSON) -> str | None:
    """Where an official identifier can be checked; None when its register has no public page."""
    pattern = REGISTERS.get(identifier["scheme"])
    return pattern.format(identifier["value"].removeprefix("https://ror.org/")) if pattern else None


def host(url: str) -> str:
    """ "https://www.exemple.fr/a" -> "exemple.fr"."""
    return url.partition("//")[2].partition("/")[0].removeprefix("www.")


def job_status(code: str) -> str:
    return JOB_STATUSES.get(code, code)


def heading(pointer: str, collection: str) -> str:
    """The French title of the property that a JSON pointer leads to, with its parent's when it is nested."""
    titles = {column.property: column.title_fr for column in registry.columns(registry.LATEST[collection])}
    parts = [part for part in pointer.split("/") if part and not part.isdecimal()]
    return titles.get(".".join(parts)) or titles.get(parts[0], parts[0])


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


def spoken(value: Any, pointer: str = "") -> str:
    """Any value of a record in words: codes by their labels, lists with commas."""
    root = pointer.split("/")[1] if pointer else ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(filter(None, (spoken(each, pointer) for each in value)))
    if isinstance(value, dict):
        return _spoken_object(value, root)
    if value is None:
        return ""
    vocabularies = {"type": "actor-types", "sectors": "sectors", "sdgs": "sdgs", "modes": "modes", "stage": "stages"}
    if root in vocabularies:
        return vocabulary(vocabularies[root]).label(str(value))
    return str(value).replace(".", ",") if isinstance(value, float) else str(value)


def _spoken_object(value: JSON, root: str) -> str:
    if root == "countries" and "code" in value:
        roles = ", ".join(ROLES.get(role, role) for role in value.get("roles", ()))
        return vocabulary("countries").label(value["code"]) + (f" ({roles})" if roles else "")
    if "scheme" in value:
        return f"{scheme(value['scheme'])} {value['value']}"
    if "amount" in value:
        return f"{number(value['amount'])}{NARROW_SPACE}{value.get('currency', '')}".strip()
    return ", ".join(spoken(each) for each in value.values() if not isinstance(each, list | dict))


FILTERS = {
    "number": number,
    "day": day,
    "moment": moment,
    "size": size,
    "term": term,
    "department": department,
    "scheme": scheme,
    "register_url": register_url,
    "host": host,
    "job_status": job_status,
    "heading": heading,
    "spoken": spoken,
}
