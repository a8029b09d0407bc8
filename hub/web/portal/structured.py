"""A record as schema.org JSON-LD, for search engines."""

import orjson

from hub.web.portal.words import web
from schemas.canonical import JSON

KINDS = {
    "ASSO": "NGO",
    "COLL": "GovernmentOrganization",
    "ENSR": "EducationalOrganization",
    "PUBL": "GovernmentOrganization",
}


def actor(record: JSON) -> str:
    """The JSON-LD text of an actor's page, safe inside a script element: no "<" is in it."""
    seat = record.get("seat", {})
    address = {
        "streetAddress": seat.get("street"),
        "postalCode": seat.get("postcode"),
        "addressLocality": seat.get("city"),
        "addressCountry": seat.get("country", "FR"),
    }
    described = {
        "@context": "https://schema.org",
        "@type": KINDS.get(record["type"].partition("-")[0], "Organization"),
        "@id": f"/acteurs/{record['id']}",
        "name": record["name"],
        "alternateName": [*filter(None, [record.get("acronym")]), *record.get("other_names", [])],
        "url": web(record.get("website")),
        "description": record.get("description"),
        "identifier": [
            {"@type": "PropertyValue", "propertyID": each["scheme"].upper(), "value": each["value"]}
            for each in record.get("identifiers", ())
        ],
        "address": {"@type": "PostalAddress"} | {key: value for key, value in address.items() if value},
        "areaServed": [{"@type": "Country", "identifier": each["code"]} for each in record.get("countries", ())],
    }
    text = orjson.dumps({key: value for key, value in described.items() if value}).decode()
    return text.replace("<", "\\u003c")
