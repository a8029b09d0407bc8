"""The home page: the key figures of the release, as its statistics give them, and three views of who is where."""

from dataclasses import dataclass

from hub.catalogue import Catalogue
from hub.search import Query
from hub.web.facets import BY_FIELD
from hub.web.portal.charts import BarChart, bar_chart
from hub.web.portal.outlines import Area, areas
from schemas.vocabularies import vocabulary

_BARS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """figures: id of the release's statistics -> value."""

    figures: dict[str, int]
    map: list[Area]
    charts: list[BarChart]


def figures(catalogue: Catalogue) -> dict[str, int]:
    """The figures of what is shown, by their id."""
    told = catalogue.statistics()["figures"]
    return {figure["id"]: figure["value"] for figure in told if figure["population"] == "published"}


def home(catalogue: Catalogue) -> Home:
    counts = catalogue.search.search(Query(size=0)).facets
    narrower = {term.code for term in vocabulary("actor-types").terms.values() if term.parent}

    def chart(field: str, title: str, most: int) -> BarChart:
        facet, found = BY_FIELD[field], [pair for pair in counts.get(field, []) if pair[0] not in narrower]
        rows = [(facet.label(catalogue, code), f"/acteurs?{facet.parametre}={code}", n) for code, n in found[:most]]
        note = f"Les {most} premiers sur {len(found)}." if len(found) > most else ""
        return bar_chart(facet.parametre, title, rows, note)

    return Home(
        figures=figures(catalogue),
        map=areas(dict(counts.get("departments", []))),
        charts=[
            chart("regions", "Par région du siège", 18),
            chart("sectors", "Par secteur d’activité", _BARS),
            chart("countries", "Par pays d’intervention", _BARS),
            chart("types", "Par type de structure", _BARS),
        ],
    )
