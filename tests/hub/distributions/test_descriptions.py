"""What a release says of its files, judged by those who read such descriptions: other people's validators."""

import gzip
import json
import re
import shutil
import sqlite3
import warnings
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag
from zipfile import ZipFile, is_zipfile

import pyshacl
import pytest
from csvw import CSVW
from frictionless import Package, Schema, system
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, URIRef
from rdflib.compare import to_isomorphic

from hub.distributions import table
from hub.distributions.contents import Contents, IssuedId, MemberRow, PublicLine
from hub.model.imprint import Imprint
from hub.model.release import LastHarvest, NetworkEntry
from hub.stages.release import Release, publish
from schemas.canonical import canonical
from tests.hub.distributions.lines import actor, project, published, real_actors

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
SITE = "https://annuaire.example.org"
SHAPES = Path(__file__).parents[2] / "data" / "dcat-ap"
HARVEST = LastHarvest(status="succeeded", at=NOW, declared=3, received=3, accepted=3, quarantined=0, held=0, error=None)
STATED = [{"network": "bretagne", "id": "1", "pointer": "/name", "date": "2026-11-01", "rule": "most-complete"}]
RICH = actor(
    "1",
    name="Les « amis »; =1+1",
    founded_on="1987",
    confirmed_on="2026-09-15",
    member=True,
    other_names=["Un", "Deux"],
    seat={"city": "Rennes", "insee": "35238", "lat": 48.1, "lon": -1.68},
    provenance={"/name": STATED, "/other_names/0": STATED, "/seat": STATED},
)
PROJECT = project(starts_on="2024-03", budget={"amount": 85000, "currency": "EUR"}, stage="running")


def contents(imprint: Imprint, *actors: PublicLine) -> Contents:
    row = MemberRow(
        collection="actor",
        national_id=RICH["id"],
        network="bretagne",
        local_id="1",
        modified_on="2026-11-01",
        payload=canonical({"name": "Amis"}),
    )
    return Contents(
        lines={"actor": [*actors], "project": published(PROJECT), "announcement": []},
        members=(row,),
        identifiers=(
            IssuedId(id="7H3KQ0V2M9XTC", collection="actor", state="redirect", leads_to=RICH["id"]),
            IssuedId(id=RICH["id"], collection="actor", state="live"),
        ),
        networks=(NetworkEntry(id="bretagne", title="Bretagne", regions=("53",), website=None, harvest=HARVEST),),
        imprint=imprint,
    )


def released(folder: Path, imprint: Imprint) -> Release:
    made = publish(contents(imprint, *published(RICH, *real_actors()[:40])), folder, NOW)
    assert isinstance(made, Release)
    return made


@pytest.fixture(scope="module")
def sited(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return released(tmp_path_factory.mktemp("sited"), Imprint(site=SITE, contact="donnees@example.org"))


@pytest.fixture(scope="module")
def adrift(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of a hub that has no address yet."""
    return released(tmp_path_factory.mktemp("adrift"), Imprint())


def catalogue(made: Release, form: str = "json-ld") -> Graph:
    name = {"json-ld": "catalogue.jsonld", "turtle": "catalogue.ttl"}[form]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's reader of JSON-LD, against rdflib
        return Graph().parse(made.folder / name, format=form, publicID="https://elsewhere.example/")


def package_is_valid(folder: Path) -> tuple[bool, list[str]]:
    """What frictionless says: of CSV cell by cell, of everything by its bytes and its hash.

    Workbooks and Parquet are files to it here: it would read the first sheet of each, and wants pandas. Other tests
    read them.
    """
    said = json.loads((folder / "datapackage.json").read_bytes())
    for resource in said["resources"]:
        if resource["format"] in ("xlsx", "ods", "parquet"):
            resource["type"] = "file"
    with warnings.catch_warnings(), system.use_context(trusted=True):
        warnings.simplefilter("ignore", ResourceWarning)  # frictionless leaves files open
        report = Package.from_descriptor(said, basepath=str(folder)).validate()
    assert len(report.tasks) == len(said["resources"])
    formats = {resource["path"]: resource["format"] for resource in said["resources"]}
    assert [path for path, form in formats.items() if not re.fullmatch("[a-z]{2,7}", form)] == []
    return report.valid, [f"{task.name}: {error.note}" for task in report.tasks for error in task.errors]


def judged(graph: Graph, shapes: str) -> tuple[bool, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        conforms, _, told = pyshacl.validate(graph, shacl_graph=str(SHAPES / shapes), allow_warnings="mdr" in shapes)
    return bool(conforms), told


@pytest.mark.parametrize("shapes", ["shapes.ttl", "range.ttl", "deprecateduris.ttl", "mdr-vocabularies.shape.ttl"])
@pytest.mark.parametrize("which", ["sited", "adrift"])
def test_the_catalogue_conforms_to_dcat_ap(request: pytest.FixtureRequest, which: str, shapes: str) -> None:
    graph = catalogue(request.getfixturevalue(which))

    conforms, told = judged(graph, shapes)

    assert conforms, told


def test_the_shapes_would_tell_a_catalogue_without_titles(sited: Release) -> None:
    graph = catalogue(sited)
    graph.remove((None, DCTERMS.title, None))

    assert not judged(graph, "shapes.ttl")[0]


def test_both_forms_of_the_catalogue_say_the_same(sited: Release, adrift: Release) -> None:
    for made in (sited, adrift):
        assert to_isomorphic(catalogue(made)) == to_isomorphic(catalogue(made, "turtle"))


def test_the_harvester_of_data_gouv_fr_finds_what_it_reads(sited: Release) -> None:
    document = json.loads((sited.folder / "catalogue.jsonld").read_bytes())
    graph = catalogue(sited)
    sets = list(graph.subjects(RDF.type, DCAT.Dataset))

    assert isinstance(document["@context"], dict)
    assert sorted(str(graph.value(each, DCTERMS.identifier)) for each in sets) == [
        "rrma-actors",
        "rrma-projects",
        "rrma-whole",
    ]
    for each in sets:
        description = graph.value(each, DCTERMS.description)
        place = graph.value(each, DCTERMS.spatial)
        outline = graph.value(place, URIRef("http://www.w3.org/ns/locn#geometry"))
        assert isinstance(description, Literal)
        assert (description.language, len(description) >= 100) == ("fr", True)
        assert json.loads(str(outline))["type"] == "MultiPolygon"
        assert graph.value(each, DCTERMS.accrualPeriodicity)
        assert graph.value(each, DCTERMS.temporal)
    licences = set(graph.objects(None, DCTERMS.license))
    assert licences == {URIRef("https://www.etalab.gouv.fr/licence-ouverte-open-licence")}
    assert "spdx" not in (sited.folder / "catalogue.jsonld").read_text("utf-8")


def test_every_file_is_a_distribution_at_an_address_that_does_not_change(sited: Release) -> None:
    graph = catalogue(sited)
    told = {str(each) for each in graph.objects(None, DCAT.downloadURL)}
    described = {"catalogue.jsonld", "catalogue.ttl", "csv-metadata.json", "datapackage.json", "dictionnaire.html"}

    assert told == {
        f"{SITE}/releases/current/{file.path}"
        for file in sited.manifest.files
        if file.path not in described and not file.path.endswith(".schema.json")
    }
    schema = graph.value(URIRef(f"{SITE}/releases/current/catalogue.jsonld#actors"), DCTERMS.conformsTo)
    assert schema == URIRef(f"{SITE}/releases/current/actors.schema.json")


def test_addresses_are_relative_while_there_is_no_site(adrift: Release) -> None:
    graph = catalogue(adrift)
    addresses = {urldefrag(str(each))[0] for each in graph.objects(None, DCAT.downloadURL)}

    assert "https://elsewhere.example/actors.csv" in addresses
    assert not list(graph.subjects(RDF.type, DCAT.DataService))


def test_frictionless_finds_every_file_of_the_package_valid(sited: Release) -> None:
    assert package_is_valid(sited.folder) == (True, [])


@pytest.mark.parametrize("name", ["actors.csv", "actors.parquet", "actors.jsonl.zst"])
def test_frictionless_tells_a_file_that_changed(sited: Release, tmp_path: Path, name: str) -> None:
    shutil.copytree(sited.folder, tmp_path / "copy")
    whole = (tmp_path / "copy" / name).read_bytes()
    (tmp_path / "copy" / name).write_bytes(whole.replace(whole[40:42], b"??", 1))

    assert not package_is_valid(tmp_path / "copy")[0]


def test_every_table_has_a_schema_with_all_that_schema_data_gouv_fr_asks(sited: Release) -> None:
    schemas = sorted(path.name for path in sited.folder.glob("*.schema.json"))

    assert schemas == [
        "actors.provenance.schema.json",
        "actors.schema.json",
        "identifiers.schema.json",
        "projects.provenance.schema.json",
        "projects.schema.json",
        "statistics.schema.json",
    ]
    for name in schemas:
        said = json.loads((sited.folder / name).read_bytes())
        assert Schema.from_descriptor(said).fields
        about = ("name", "title", "description", "homepage", "path", "version", "created", "lastModified", "licenses")
        assert all(said[each] for each in (*about, "contributors", "resources"))
        assert all({"name", "title", "description", "type", "example", "constraints"} <= set(f) for f in said["fields"])
    actors = json.loads((sited.folder / "actors.schema.json").read_bytes())
    assert [field["name"] for field in actors["fields"]] == table.headings("actor")


def test_csvw_reads_every_table(sited: Release, recwarn: pytest.WarningsRecorder) -> None:
    found = CSVW(str(sited.folder / "actors.csv"), md_url=str(sited.folder / "csv-metadata.json"), validate=True)

    assert found.is_valid, [str(each.message) for each in recwarn]
    rows = {row["id"]: row for each in found.tables if each.url.string == "actors.csv" for row in each.iterdicts()}
    assert rows[RICH["id"]]["autres_noms"] == ["Un", "Deux"]
    assert rows[RICH["id"]]["adherent"] is True


class Tags(HTMLParser):
    """The cells of a page, and whether each tag that was opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.codes: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "code":
            self.codes.append(data)


def test_the_dictionary_tells_every_column(sited: Release) -> None:
    page = (sited.folder / "dictionnaire.html").read_text("utf-8")
    read = Tags()
    read.feed(page)

    assert read.open == []
    assert len(read.ids) == len(set(read.ids)) > 100
    assert "<li><code>ASSO-ASI</code> Association de solidarité internationale" in page
    assert set(read.codes) >= {*table.headings("actor"), *table.headings("project"), "champ", "mene_a"}
    assert "Licence Ouverte 2.0" in page


def test_the_licence_and_a_citation_are_in_every_description(tmp_path: Path) -> None:
    imprint = Imprint(publisher="Conférence <des> réseaux")
    network = NetworkEntry(id="x", title="X", regions=(), website=None, harvest=None, licence="ODbL-1.0")
    made = publish(replace(contents(imprint, *published(RICH)), networks=(network,)), tmp_path, NOW)

    for name in (
        "datapackage.json",
        "csv-metadata.json",
        "catalogue.jsonld",
        "actors.schema.json",
        "dictionnaire.html",
    ):
        told = (made.folder / name).read_text("utf-8")
        assert "opendatacommons.org/licenses/odbl/1-0" in told, name
        assert "Conférence <des> réseaux" in told or "Conférence &lt;des&gt; réseaux" in told, name


def test_every_file_that_can_tell_its_licence_and_how_to_cite_it_does(tmp_path: Path) -> None:
    """Rows alone (CSV, JSON Lines) and scripts cannot; the descriptions beside them do, and a header of the server."""
    lines = {"actor": published(actor()), "project": published(project())}
    made = publish(Contents(lines=lines, imprint=Imprint(publisher="Réseaux & Cie")), tmp_path, NOW)
    assert isinstance(made, Release)
    silent = re.compile(r".*\.csv|.*\.jsonl\.(gz|zst)|changes\.sqlite|rrma-.*|.*schema\.json")
    told = {
        file.path: plain(made.folder / file.path) for file in made.manifest.files if not silent.fullmatch(file.path)
    }

    assert len(told) > 15
    assert [path for path, text in told.items() if not re.search("etalab|Licence Ouverte", text)] == []
    assert [path for path, text in told.items() if "Catalogue national des réseaux régionaux" not in text] == []


def plain(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    elif is_zipfile(path):
        with ZipFile(path) as packed:
            raw = b"".join(map(packed.read, packed.namelist()))
    return raw.decode("utf-8", "replace")


def test_an_empty_catalogue_is_described_too(tmp_path: Path) -> None:
    made = publish(Contents(lines={"actor": []}), tmp_path, NOW, allow_empty=True)

    assert package_is_valid(made.folder) == (True, [])
    assert judged(catalogue(made), "shapes.ttl")[0]


def test_nothing_of_a_record_that_is_not_open_is_in_a_file(tmp_path: Path) -> None:
    shy = PublicLine(RICH["id"], canonical(RICH), open=False)
    bold = published(actor("2", name="Ouverte"))

    made = publish(contents(Imprint(), *sorted([shy, *bold], key=lambda line: line.id)), tmp_path, NOW)

    for file in made.manifest.files:
        assert RICH["id"].encode() not in (made.folder / file.path).read_bytes(), file.path
    assert [file.rows for file in made.manifest.files if file.path.endswith("records.jsonl.gz")] == [0, 0]


def test_the_database_opens_in_sqlite(sited: Release) -> None:
    with closing(sqlite3.connect(sited.folder / "catalogue.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM actors WHERE open").fetchone() == (41,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
