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


def of(collection: str, record: JSON) -> str | None:
    """What the page of a record tells search engines; None when there is nothing they would show."""
    writers = {"actor": actor, "announcement": announcement}
    return writers[collection](record) if collection in writers else None


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
    return _inside_script(described)


def announcement(record: JSON) -> str | None:
    """As `actor`, of an announcement that takes place; a call or news has nothing that search engines would show."""
    if "starts_at" not in record:
        return None
    place = record.get("place", {})
    address = {"postalCode": place.get("postcode"), "addressLocality": place.get("city")}
    described = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": f"/annonces/{record['id']}",
        "name": record["title"],
        "description": record.get("summary"),
        "startDate": record["starts_at"],
        "endDate": record.get("ends_at"),
        "url": web(record.get("url")),
        "location": {"@type": "Place", "name": place.get("name") or place.get("city"), "address": _filled(address)}
        if place
        else None,
    }
    return _inside_script(described)


def _filled(described: JSON) -> JSON:
    return {key: value for key, value in described.items() if value}


def _inside_script(described: JSON) -> str:
    return orjson.dumps(_filled(described)).decode().replace("<", "\\u003c")
