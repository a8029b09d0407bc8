"""DCAT-AP 3.0.1: the data sets of a release for the portals that harvest it, data.gouv.fr (udata) first.

udata matches a data set by `dct:identifier` and a file by its address: both are the same in every release. It fetches
a context that is not inline, follows no redirection, reads `dct:spatial` from a GeoJSON literal only, and refuses the
checksum node that DCAT-AP prescribes: sums stand in `datapackage.json` and `SHA256SUMS`. Every node has an IRI, so that
equal releases give equal bytes.
"""

from collections.abc import Iterator

import orjson
from pyoxigraph import RdfFormat, parse, serialize

from hub.distributions.descriptions.context import CODES, CONTEXT, PREFIXES
from hub.distributions.descriptions.datapackage import KEYWORDS
from hub.distributions.descriptions.tables import Table
from hub.model.imprint import TITLE, TITLE_EN, Imprint
from hub.model.licence import Licence, licence
from hub.model.release import FileEntry, ReleaseManifest
from schemas.canonical import JSON

NAME, TURTLE = "catalogue.jsonld", "catalogue.ttl"
_EU = "http://publications.europa.eu/resource/authority"
_IANA = "https://www.iana.org/assignments/media-types"
_NOWHERE = "https://release.invalid/"  # what relative addresses are read against; RFC 2606 keeps it free
_SETS = {
    "actors": (
        "Annuaire national des acteurs de la coopération et de la solidarité internationales",
        (
            "Une fiche par acteur (association, collectivité, établissement, entreprise), réunie des annuaires des"
            " réseaux régionaux multi-acteurs, sans doublon, avec la provenance de chaque valeur."
        ),
    ),
    "projects": (
        "Projets de coopération et de solidarité internationales",
        (
            "Une fiche par projet, avec son porteur, ses partenaires, ses lieux et ses thèmes, réunie des annuaires des"
            " réseaux régionaux multi-acteurs, avec la provenance de chaque valeur."
        ),
    ),
    "announcements": (
        "Annonces de la coopération et de la solidarité internationales",
        (
            "Une fiche par annonce (événement, appel à projets, formation, offre), réunie des annuaires des réseaux"
            " régionaux multi-acteurs, avec la provenance de chaque valeur."
        ),
    ),
    "whole": (
        "Catalogue des réseaux régionaux multi-acteurs : base complète, statistiques, identifiants",
        (
            "Tout le catalogue en une base de données, les statistiques avec leurs définitions, et l'histoire de chaque"
            " identifiant attribué : en vigueur, réuni à un autre ou retiré."
        ),
    ),
}
# Boxes around mainland France and the five overseas regions, longitude first.
_BOXES = (
    *((-5.2, 41.3, 9.6, 51.1), (-61.9, 15.8, -61.0, 16.6), (-61.3, 14.3, -60.8, 14.9)),
    *((-54.7, 2.1, -51.6, 5.8), (55.2, -21.4, 55.9, -20.8), (45.0, -13.1, 45.3, -12.6)),
)
# Of the file types of the EU's list, those that we write.
_TYPES = {
    "csv": "CSV",
    "xlsx": "XLSX",
    "ods": "ODS",
    "geojson": "GEOJSON",
    "parquet": "PARQUET",
    "json": "JSON",
    "ttl": "RDF_TURTLE",
    "nt.gz": "RDF_N_TRIPLES",
}
_LICENCE_TYPES = {"CC0-1.0": "PublicDomain", "ODbL-1.0": "ViralEffect-ShareAlike"}


def of(manifest: ReleaseManifest, tables: list[Table], imprint: Imprint) -> JSON:
    """The catalogue as JSON-LD with its context."""
    return {"@context": CONTEXT, "@graph": list(_graph(manifest, tables, imprint))}


def turtle(document: JSON) -> bytes:
    """The same graph as Turtle; what was relative still is."""
    found = parse(orjson.dumps(document), RdfFormat.JSON_LD, base_iri=_NOWHERE)
    triples = sorted((quad.triple for quad in found), key=str)
    told = (serialize(triples, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b"").splitlines(keepends=True)
    head = sorted(told[: len(PREFIXES)])  # pyoxigraph declares them in another order each time
    return b"".join([*head, *told[len(PREFIXES) :]]).replace(f"<{_NOWHERE}".encode(), b"<")


def _graph(manifest: ReleaseManifest, tables: list[Table], imprint: Imprint) -> Iterator[JSON]:
    terms = licence(manifest.licence)
    here, home = f"{imprint.file(NAME)}#", f"{imprint.site}/donnees" if imprint.site else ""
    shared = {"publisher": f"{here}publisher", "language": f"{_EU}/language/FRA"}
    licensed = {"license": terms.uri} if terms.uri else {}
    dated = {"modified": manifest.created_at.isoformat(), "issued": manifest.created_at.isoformat()}
    schemas = {table.file.path: imprint.file(table.schema_path) for table in tables}
    sets = {name: [file for file in manifest.files if _set_of(file) == name] for name in _SETS}
    sets = {name: files for name, files in sets.items() if files}
    yield {
        "@id": f"{here}catalogue",
        "@type": "Catalog",
        "title": [_fr(TITLE), _en(TITLE_EN)],
        "description": _fr(f"Données ouvertes des réseaux régionaux multi-acteurs. {imprint.citation}."),
        "spatial": f"{_EU}/country/FRA",
        "themeTaxonomy": f"{_EU}/data-theme",
        "dataset": [f"{here}{name}" for name in sets],
        **({"homepage": home, "service": f"{here}api"} if home else {}),
        **shared,
        **licensed,
        **dated,
    }
    for name, files in sets.items():
        schema = schemas.get(f"{name}.csv")
        yield {
            "@id": f"{here}{name}",
            "@type": "Dataset",
            "identifier": f"rrma-{name}",
            "title": _fr(_SETS[name][0]),
            "description": _fr(f"{_SETS[name][1]} Pour citer : {imprint.citation}, version {manifest.release}."),
            "keyword": [_fr(keyword) for keyword in KEYWORDS],
            "theme": f"{_EU}/data-theme/INTR",
            "contactPoint": f"{here}contact",
            "accrualPeriodicity": f"{_EU}/frequency/WEEKLY",
            "accessRights": f"{_EU}/access-right/PUBLIC",
            "spatial": f"{here}france",
            "temporal": f"{here}period",
            "distribution": [f"{here}{file.path}" for file in files],
            **({"conformsTo": schema} if schema else {}),
            **({"landingPage": home} if home else {}),
            **shared,
            **dated,
        }
        for file in files:
            yield {
                "@id": f"{here}{file.path}",
                "@type": "Distribution",
                "identifier": f"rrma-{file.path}",
                "title": _fr(file.path),
                "description": _fr(file.title),
                "accessURL": home or imprint.file(file.path),
                "downloadURL": imprint.file(file.path),
                "availability": f"{_EU}/planned-availability/STABLE",
                "mediaType": f"{_IANA}/{file.media_type}",
                "byteSize": str(file.bytes),
                **({"format": f"{_EU}/file-type/{_TYPES[kind]}"} if (kind := _kind(file)) in _TYPES else {}),
                **({"conformsTo": schemas[file.path]} if file.path in schemas else {}),
                **licensed,
                **dated,
            }
            yield {"@id": f"{_IANA}/{file.media_type}", "@type": "MediaType"}
            yield {"@id": imprint.file(file.path), "@type": "Resource"}
    yield from ({"@id": schema, "@type": "Standard", "title": _fr(path)} for path, schema in schemas.items())
    yield from _around(manifest, imprint, here, home, terms)


def _around(manifest: ReleaseManifest, imprint: Imprint, here: str, home: str, terms: Licence) -> Iterator[JSON]:
    """The publisher, the place, the period, the API, and what each code used above is."""
    yield {
        "@id": f"{here}publisher",
        "@type": ["Agent", "Organization"],
        "name": _fr(imprint.publisher),
        "type": "http://purl.org/adms/publishertype/NonProfitOrganisation",
    }
    reached = {"hasEmail": f"mailto:{imprint.contact}"} if imprint.contact else {}
    yield {"@id": f"{here}contact", "@type": ["Kind", "vcard:Organization"], "fn": imprint.publisher} | reached
    boxes = [[[[w, s], [e, s], [e, n], [w, n], [w, s]]] for w, s, e, n in _BOXES]
    outline = orjson.dumps({"type": "MultiPolygon", "coordinates": boxes}).decode()
    yield {"@id": f"{here}france", "@type": "Location", "geometry": outline}
    read = [network.harvest.at for network in manifest.networks if network.harvest]
    yield {
        "@id": f"{here}period",
        "@type": "PeriodOfTime",
        "startDate": f"{min([*read, manifest.created_at]):%Y-%m-%d}",
        "endDate": f"{manifest.created_at:%Y-%m-%d}",
    }
    if terms.uri:
        kind = f"http://purl.org/adms/licencetype/{_LICENCE_TYPES.get(terms.code, 'Attribution')}"
        yield {"@id": terms.uri, "@type": "LicenseDocument", "title": _fr(terms.title), "type": kind}
        yield {
            "@id": kind,
            "@type": "Concept",
            "inScheme": "http://purl.org/adms/licencetype/1.0",
            "prefLabel": _en(kind.rpartition("/")[2]),
        }
    if home:
        yield {"@id": home, "@type": "Document"}
        yield {
            "@id": f"{here}api",
            "@type": "DataService",
            "identifier": "rrma-api",
            "title": _fr("API du catalogue"),
            "description": _fr("Les mêmes fiches, avec recherche, facettes et provenance de chaque valeur."),
            "publisher": f"{here}publisher",
            "contactPoint": f"{here}contact",
            "endpointURL": f"{imprint.site}/api/v1/",
            "endpointDescription": f"{imprint.site}/api/openapi.json",
            "servesDataset": f"{here}actors",
            **({"license": terms.uri} if terms.uri else {}),
        }
    yield from CODES


def _set_of(file: FileEntry) -> str:
    stem = file.path.partition(".")[0]
    return stem if stem in _SETS else "whole"


def _kind(file: FileEntry) -> str:
    """The ending that tells what is in a file: "csv", "nt.gz"."""
    ending = file.path.rpartition(".")[2]
    return ".".join(file.path.split(".")[-2:]) if ending in ("gz", "zst") else ending


def _fr(text: str) -> JSON:
    return {"@value": text, "@language": "fr"}


def _en(text: str) -> JSON:
    return {"@value": text, "@language": "en"}
