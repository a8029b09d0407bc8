"""Writes the descriptions of a release into its folder, and reads them back."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
from pyoxigraph import RdfFormat, parse

from hub.distributions import checksums
from hub.distributions.descriptions import catalogue, csvw, datapackage, dictionary, tables, tableschema
from hub.distributions.files import entry
from hub.model.release import FileEntry, ReleaseManifest
from schemas.canonical import JSON

_BASE = "https://release.invalid/"  # what relative addresses are read against
_NAMES = (csvw.NAME, datapackage.NAME, catalogue.NAME, catalogue.TURTLE, dictionary.NAME)


def describes(path: str) -> bool:
    """Whether a file of a release is one of its descriptions."""
    return path in _NAMES or path.endswith(tables.SCHEMA)


def write(folder: Path, manifest: ReleaseManifest) -> Iterator[FileEntry]:
    """Describe the files of a manifest, and give the entries of the descriptions."""
    found, imprint = list(tables.of(manifest.files)), manifest.imprint
    for table in found:
        yield _json(folder / table.schema_path, tableschema.of(table, imprint), *_schema_titles(table.file))
    yield _json(
        folder / csvw.NAME,
        csvw.of(found, imprint),
        "Description des tableaux (CSV on the Web)",
        "Description of the tables (CSV on the Web)",
    )
    yield _json(
        folder / datapackage.NAME,
        datapackage.of(manifest, found, imprint),
        "Description du paquet de données (Frictionless Data Package)",
        "Description of the data package (Frictionless Data Package)",
    )
    document = catalogue.of(manifest, found, imprint)
    yield _json(
        folder / catalogue.NAME,
        document,
        "Catalogue pour les portails de données (DCAT-AP, JSON-LD)",
        "Catalogue for data portals (DCAT-AP, JSON-LD)",
        "application/ld+json",
    )
    (folder / catalogue.TURTLE).write_bytes(catalogue.turtle(document))
    yield entry(
        folder / catalogue.TURTLE,
        rows=None,
        media_type="text/turtle",
        title="Catalogue pour les portails de données (DCAT-AP, Turtle)",
        title_en="Catalogue for data portals (DCAT-AP, Turtle)",
    )
    (folder / dictionary.NAME).write_text(dictionary.page(found, imprint), "utf-8")
    yield entry(
        folder / dictionary.NAME,
        rows=None,
        media_type="text/html",
        title="Dictionnaire des données : le sens de chaque colonne",
        title_en="Data dictionary: what each column means",
    )


def wrong(folder: Path, files: Iterable[FileEntry]) -> Iterator[str]:
    """What the descriptions of a folder say otherwise than it is. files: all that its manifest names."""
    try:
        yield from _wrong_package(folder, {file.path for file in files if not describes(file.path)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield f"{datapackage.NAME} cannot be read back: {error}"
    graphs = []
    for name, form in ((catalogue.NAME, RdfFormat.JSON_LD), (catalogue.TURTLE, RdfFormat.TURTLE)):
        try:
            graphs.append({str(quad.triple) for quad in parse((folder / name).read_bytes(), form, base_iri=_BASE)})
        except (OSError, SyntaxError) as error:
            yield f"{name} cannot be read back: {error}"
    if len(graphs) > 1 and graphs[0] != graphs[1]:
        yield f"{catalogue.NAME} and {catalogue.TURTLE} say different things"


def _wrong_package(folder: Path, names: set[str]) -> Iterator[str]:
    resources = orjson.loads((folder / datapackage.NAME).read_bytes())["resources"]
    if {each["path"] for each in resources} != names:
        yield f"{datapackage.NAME} describes other files than there are"
    sums = checksums.read(folder)  # which are themselves read back
    for each in resources:
        path = folder / each["path"]
        said, size = f"sha256:{sums.get(each['path'])}", path.stat().st_size if path.is_file() else None
        if (each["bytes"], each["hash"]) != (size, said):
            yield f"{datapackage.NAME} tells another size or sum of {path.name}"


def _json(path: Path, document: JSON, title: str, title_en: str, media_type: str = "application/json") -> FileEntry:
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    return entry(path, rows=None, media_type=media_type, title=title, title_en=title_en)


def _schema_titles(file: FileEntry) -> tuple[str, str]:
    return f"Schéma de {file.path} (Table Schema)", f"Schema of {file.path} (Table Schema)"
