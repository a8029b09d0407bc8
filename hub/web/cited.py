"""A published figure as it is cited: the number, the release, the method, and the command that counts it again."""

from hub.catalogue import Catalogue
from hub.statistics import POPULATIONS
from schemas.canonical import JSON
from schemas.errors import NotFound

RECOMPUTE = "rrma-recompute"


def cited(catalogue: Catalogue, name: str, population: str = "published") -> JSON:
    """A figure or a table of the release, with its citation. Raises NotFound."""
    statistics = catalogue.statistics()
    for kind in ("figures", "tables"):
        for each in statistics[kind]:
            if (each["id"], each["population"]) == (name, population):
                return _cited(catalogue, statistics["method"], each)
    raise NotFound(f"no figure {name} of the population {population}")


def every(catalogue: Catalogue, kind: str, population: str = "published") -> list[JSON]:
    """All of one kind, "figures" or "tables", in the order of the release."""
    statistics = catalogue.statistics()
    return [
        _cited(catalogue, statistics["method"], each)
        for each in statistics[kind]
        if each["population"] == population and (each.get("value") or each.get("rows"))
    ]


def _cited(catalogue: Catalogue, method: str, entry: JSON) -> JSON:
    manifest = catalogue.manifest
    title = entry.get("title_fr") or entry["definition_fr"].removesuffix(".")
    value = f" : {entry['value']}" if "value" in entry else ""
    whole = (
        f"{title}{value}. {POPULATIONS[entry['population']]} {manifest.imprint.citation}, "
        f"version {manifest.release}, {manifest.created_at:%Y-%m-%d}, méthode {method}."
    )
    return entry | {
        "release": manifest.release,
        "method": method,
        "citation": whole,
        "command": f"python {RECOMPUTE} {entry['id']}",
    }
