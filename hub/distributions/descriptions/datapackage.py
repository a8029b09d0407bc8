"""`datapackage.json` (Frictionless Data Package v2): every file with its bytes and hash, and the schema of tables."""

from collections.abc import Iterable, Mapping

from hub.distributions.descriptions import tableschema
from hub.distributions.descriptions.tables import Table
from hub.model.imprint import TITLE, Imprint
from hub.model.licence import licence
from hub.model.release import FileEntry, ReleaseManifest
from schemas.canonical import JSON
from schemas.excel import DELIMITER

NAME = "datapackage.json"
KEYWORDS = ["coopération internationale", "solidarité internationale", "annuaire", "réseaux régionaux multi-acteurs"]
_EXCEL = ".excel.csv"


def of(manifest: ReleaseManifest, tables: Iterable[Table], imprint: Imprint) -> JSON:
    terms = licence(manifest.licence)
    by_path = {each.file.path: each for each in tables}
    described = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "rrma-catalogue",
        "title": TITLE,
        "description": citation(manifest, imprint),
        "version": manifest.release,
        "created": manifest.created_at.isoformat(),
        "homepage": imprint.site,
        "keywords": KEYWORDS,
        "licenses": [{"name": terms.code, "title": terms.title} | ({"path": terms.url} if terms.url else {})],
        "sources": [{"title": source} for source in manifest.sources],
        "contributors": [{"title": imprint.publisher, "roles": ["publisher"]}],
        "resources": [_resource(file, by_path, imprint) for file in manifest.files],
    }
    return {name: value for name, value in described.items() if value}


def citation(manifest: ReleaseManifest, imprint: Imprint) -> str:
    """How to cite this very release."""
    return f"{imprint.citation}, version {manifest.release} du {manifest.created_at:%Y-%m-%d}."


def _resource(file: FileEntry, tables: Mapping[str, Table], imprint: Imprint) -> JSON:
    about = {
        "name": file.path.replace("/", "-").replace(".", "-").lower(),
        "path": file.path,
        "title": file.title,
        "format": "py" if file.media_type == "text/x-python" else file.path.rpartition(".")[2],
        "mediatype": file.media_type,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
    }
    if table := tables.get(file.path):
        return about | {"type": "table", "encoding": "utf-8", "schema": tableschema.of(table, imprint)}
    if file.path.endswith(_EXCEL):
        same = tables[f"{file.path.removesuffix(_EXCEL)}.csv"]
        dialect = {"delimiter": DELIMITER}
        return about | {"type": "table", "encoding": "utf-8", "dialect": dialect, "schema": tableschema.texts(same)}
    return about
