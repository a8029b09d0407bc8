"""The JSON-LD context of the DCAT catalogue, inline since harvesters must not fetch one, and the codes it uses.

The shapes of DCAT-AP want to find in the graph itself what each code of the EU's lists is.
"""

from typing import Any

from schemas.canonical import JSON

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    "locn": "http://www.w3.org/ns/locn#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_CLASSES = {
    "dcat": "Catalog Dataset Distribution DataService",
    "dct": (
        "Location PeriodOfTime LicenseDocument LinguisticSystem Frequency RightsStatement MediaType MediaTypeOrExtent"
        " Standard"
    ),
    "foaf": "Agent Organization Document",
    "rdfs": "Resource",
    "skos": "Concept ConceptScheme",
    "vcard": "Kind",
}
_LINKS = {
    "dcat": (
        "dataset service themeTaxonomy theme contactPoint landingPage distribution accessURL downloadURL mediaType"
        " endpointURL endpointDescription servesDataset"
    ),
    "dct": ("publisher language license spatial temporal accrualPeriodicity accessRights conformsTo format type"),
    "dcatap": "availability",
    "foaf": "homepage",
    "skos": "inScheme",
    "vcard": "hasEmail",
}
_TEXTS = {"dct": "identifier title description", "dcat": "keyword", "foaf": "name", "skos": "prefLabel", "vcard": "fn"}
_TYPED = {
    "byteSize": ("dcat:byteSize", "xsd:nonNegativeInteger"),
    "startDate": ("dcat:startDate", "xsd:date"),
    "endDate": ("dcat:endDate", "xsd:date"),
    "issued": ("dct:issued", "xsd:dateTime"),
    "modified": ("dct:modified", "xsd:dateTime"),
    "geometry": ("locn:geometry", "geosparql:geoJSONLiteral"),
}


def _names(groups: dict[str, str], more: JSON) -> dict[str, Any]:
    return {name: {"@id": f"{prefix}:{name}"} | more for prefix, names in groups.items() for name in names.split()}


CONTEXT: JSON = (
    PREFIXES
    | _names(_CLASSES, {})
    | _names(_LINKS, {"@type": "@id"})
    | _names(_TEXTS, {})
    | {name: {"@id": property_, "@type": datatype} for name, (property_, datatype) in _TYPED.items()}
)

_EU = "http://publications.europa.eu/resource/authority"
_TYPES = "CSV XLSX ODS GEOJSON PARQUET JSON RDF_TURTLE RDF_N_TRIPLES".split()


def _code(list_: str, code: str, label: str, *classes: str) -> JSON:
    return {
        "@id": f"{_EU}/{list_}/{code}",
        "@type": [*classes, "Concept"],
        "inScheme": f"{_EU}/{list_}",
        "prefLabel": {"@value": label, "@language": "fr"},
    }


CODES: tuple[JSON, ...] = (
    _code("language", "FRA", "français", "LinguisticSystem"),
    _code("country", "FRA", "France", "Location"),
    _code("frequency", "WEEKLY", "hebdomadaire", "Frequency"),
    _code("access-right", "PUBLIC", "public", "RightsStatement"),
    _code("data-theme", "INTR", "Questions internationales"),
    _code("planned-availability", "STABLE", "stable"),
    *(_code("file-type", code, code, "MediaTypeOrExtent") for code in _TYPES),
    {"@id": f"{_EU}/data-theme", "@type": "ConceptScheme", "title": {"@value": "Data theme", "@language": "en"}},
    {
        "@id": "http://purl.org/adms/publishertype/NonProfitOrganisation",
        "@type": "Concept",
        "inScheme": "http://purl.org/adms/publishertype/1.0",
        "prefLabel": {"@value": "Non-Profit Organisation", "@language": "en"},
    },
)
