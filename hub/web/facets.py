"""The facets of a search: their name in the query, in the API and in the portal's addresses, and their French words."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hub.catalogue import Catalogue
from schemas import geography
from schemas.vocabularies import vocabulary

Label = Callable[[Catalogue, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """field: of `Query` and of `Hits.facets`; parameter, parametre: in the API and in the portal; title: in French."""

    field: str
    parameter: str
    parametre: str
    title: str
    label: Label


def _term(name: str, _catalogue: Catalogue, code: str) -> str:
    return vocabulary(name).label(code)


def _sdg(_catalogue: Catalogue, code: str) -> str:
    return f"{code}. {vocabulary('sdgs').label(code)}"


def _region(_catalogue: Catalogue, code: str) -> str:
    found = geography.region(code)
    return found.name if found else code


def _department(_catalogue: Catalogue, code: str) -> str:
    found = geography.department(code)
    return f"{found.name} ({code})" if found else code


def _network(catalogue: Catalogue, code: str) -> str:
    return next((network.title for network in catalogue.manifest.networks if network.id == code), code)


_ALL = (
    ("types", "type", "type", "Type de structure", partial(_term, "actor-types")),
    ("regions", "region", "region", "Région", _region),
    ("departments", "department", "departement", "Département", _department),
    ("countries", "country", "pays", "Pays d’intervention", partial(_term, "countries")),
    ("sectors", "sector", "secteur", "Secteur d’activité", partial(_term, "sectors")),
    ("sdgs", "sdg", "odd", "Objectif de développement durable", _sdg),
    ("kinds", "kind", "nature", "Nature de l’annonce", partial(_term, "announcement-kinds")),
    ("stages", "stage", "etape", "Avancement du projet", partial(_term, "stages")),
    ("networks", "network", "reseau", "Réseau régional", _network),
)

FACETS = tuple(
    Facet(field=field, parameter=parameter, parametre=parametre, title=title, label=label)
    for field, parameter, parametre, title, label in _ALL
)
BY_FIELD = {facet.field: facet for facet in FACETS}
