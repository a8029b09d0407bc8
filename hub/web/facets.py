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
    return next((region.name for region in geography.regions() if region.code == code), code)


def _department(_catalogue: Catalogue, code: str) -> str:
    department = geography.department(code)
    return f"{department.name} ({code})" if department else code


def _network(catalogue: Catalogue, code: str) -> str:
    return next((network.title for network in catalogue.manifest.networks if network.id == code), code)


FACETS = (
    Facet(
        field="types",
        parameter="type",
        parametre="type",
        title="Type de structure",
        label=partial(_term, "actor-types"),
    ),
    Facet(field="regions", parameter="region", parametre="region", title="Région", label=_region),
    Facet(field="departments", parameter="department", parametre="departement", title="Département", label=_department),
    Facet(
        field="countries",
        parameter="country",
        parametre="pays",
        title="Pays d’intervention",
        label=partial(_term, "countries"),
    ),
    Facet(
        field="sectors",
        parameter="sector",
        parametre="secteur",
        title="Secteur d’activité",
        label=partial(_term, "sectors"),
    ),
    Facet(field="sdgs", parameter="sdg", parametre="odd", title="Objectif de développement durable", label=_sdg),
    Facet(
        field="stages",
        parameter="stage",
        parametre="etape",
        title="Avancement du projet",
        label=partial(_term, "stages"),
    ),
    Facet(field="networks", parameter="network", parametre="reseau", title="Réseau régional", label=_network),
)
