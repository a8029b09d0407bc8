import csv
import math
import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.territory import territory
from hub.search import Query, SearchIndex, grid
from hub.search.analysis import initials, roots, words
from schemas.canonical import JSON
from schemas.errors import ConfigError
from schemas.text import fold
from tests.hub.distributions.lines import actor, project, real_actors

GRADED = Path(__file__).parents[1] / "data" / "search" / "queries.csv"
LINES = {line["id"]: line for line in real_actors()}
READ: dict[str, Any] = {
    "types": lambda line: {line["type"], line["type"].split("-")[0]},
    "regions": lambda line: {territory(line["seat"]).region},
    "sectors": lambda line: set(line["sectors"]),
    "countries": lambda line: {country["code"] for country in line["countries"]},
    "networks": lambda line: set(line["networks"]),
}
RENNES = (48.1147, -1.6794)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    return built(tmp_path_factory.mktemp("index") / "index", real_actors())


def built(folder: Path, actors: Sequence[JSON], projects: Sequence[JSON] = ()) -> SearchIndex:
    SearchIndex.build(folder, {"actor": actors, "project": projects})
    return SearchIndex.open(folder)


def names(index: SearchIndex, text: str, **more: Any) -> list[str]:
    return [LINES[each]["name"] for each in index.search(Query(text=text, **more)).ids]


def test_people_find_what_they_look_for_first(index: SearchIndex) -> None:
    """Graded questions on real names: at least 95 % answered by the first record, and 85 % of every kind."""
    right: defaultdict[str, list[bool]] = defaultdict(list)
    with GRADED.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            hits = index.search(Query(text=row["query"], size=1))
            best = LINES[hits.ids[0]] if hits.ids else {"name": "", "seat": {}}
            named = fold(row["name"]) in fold(best["name"])
            right[row["kind"]].append(named and fold(row["town"]) in ("", fold(best["seat"].get("city", ""))))

    every = [answer for answers in right.values() for answer in answers]
    assert len(every) >= 100
    assert sum(every) / len(every) >= 0.95
    assert {kind for kind, answers in right.items() if sum(answers) / len(answers) < 0.85} == set()


questions = st.builds(
    Query,
    text=st.sampled_from(
        ["", "jumelage", "secours populaire", "eau", "monpellier", "écoles", "l'", "université lyon", "zzzzzz"]
    ),
    types=st.sampled_from([(), ("ASSO",), ("ENSR-SUP", "PUBL-SAN")]),
    regions=st.sampled_from([(), ("53",), ("76", "84")]),
    sectors=st.sampled_from([(), ("EDUC",), ("SANT", "URGE")]),
    countries=st.sampled_from([(), ("MG",), ("SN", "BF")]),
    networks=st.sampled_from([(), ("occitanie",)]),
    bbox=st.sampled_from([None, (-5.0, 46.0, 1.0, 49.0), (170.0, -30.0, 4.0, 60.0)]),
    near=st.sampled_from([None, (*RENNES, 60.0)]),
    sort=st.sampled_from(["relevance", "name"]),
)


@settings(max_examples=60)
@given(query=questions, zoom=st.integers(0, 20))
def test_list_facets_map_and_export_never_disagree(index: SearchIndex, query: Query, zoom: int) -> None:
    exported = index.ids(query)

    pages = [index.search(replace(query, page=page, size=97)) for page in range(1, len(exported) // 97 + 2)]
    assert [each for page in pages for each in page.ids] == exported
    assert {page.total for page in pages} == {len(exported)}
    assert len(set(exported)) == len(exported)

    located = [each for each in exported if LINES[each]["seat"].get("lat") is not None]
    points = index.points(query, zoom)
    assert sum(point.count for point in points) == len(located)
    assert {point.id for point in points if point.count == 1} <= set(located)
    assert all((point.id is None) == (point.count > 1) for point in points)

    for facet, counts in pages[0].facets.items():
        for code, count in counts[:3]:
            assert index.search(replace(query, **{facet: (code,)})).total == count


@settings(max_examples=60)
@given(query=questions)
def test_filters_keep_exactly_the_records_they_describe(index: SearchIndex, query: Query) -> None:
    unfiltered = index.ids(Query(text=query.text))
    expected = {each for each in unfiltered if _described(LINES[each], query)}

    assert set(index.ids(query)) == expected


def _described(line: JSON, query: Query) -> bool:
    """The filters of a query in plain Python."""
    chosen = {facet: set(getattr(query, facet)) for facet in READ}
    if any(codes and not codes & READ[facet](line) for facet, codes in chosen.items()):
        return False
    lat, lon = line["seat"].get("lat"), line["seat"].get("lon")
    if (query.bbox or query.near) and lat is None:
        return False
    if query.bbox:
        west, south, east, north = query.bbox
        inside = west <= lon <= east if west <= east else lon >= west or lon <= east
        if not (inside and south <= lat <= north):
            return False
    return not query.near or _km(query.near[0], query.near[1], lat, lon) <= query.near[2]


def _km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The spherical law of cosines, where the index uses haversines."""
    a, b, across = math.radians(lat), math.radians(other_lat), math.radians(other_lon - lon)
    return 6371.0088 * math.acos(min(1, math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(across)))


def test_a_facet_counts_what_one_more_choice_would_bring(index: SearchIndex) -> None:
    chosen = index.search(Query(text="jumelage", regions=("53",)))

    assert dict(chosen.facets["regions"])["76"] == index.search(Query(text="jumelage", regions=("76",))).total
    assert dict(chosen.facets["types"])["ASSO"] <= chosen.total


def test_all_words_are_required(index: SearchIndex) -> None:
    assert names(index, "secours populaire pamiers") == ["Secours populaire Pamiers"]


def test_typing_errors_are_forgiven_only_when_nothing_else_is_found(index: SearchIndex) -> None:
    right, wrong = index.search(Query(text="montpellier")), index.search(Query(text="monpellier"))

    assert right.did_you_mean is None
    assert wrong.did_you_mean == "montpellier"
    assert set(index.ids(Query(text="monpellier"))) >= set(index.ids(Query(text="montpellier")))


def test_words_that_are_nowhere_find_nothing(index: SearchIndex) -> None:
    nothing = index.search(Query(text="xylophonistes quetzalcoatl"))

    assert (nothing.total, nothing.ids, nothing.facets, nothing.did_you_mean) == (0, (), {}, None)


@pytest.mark.parametrize("text", ["", "  ", "…", "'"])
def test_a_question_without_words_is_no_question(index: SearchIndex, text: str) -> None:
    everything = index.search(Query(text=text, size=3))

    assert everything.total == len(LINES)
    assert [fold(LINES[each]["name"]) for each in everything.ids] == sorted(
        " ".join(words(line["name"])) for line in LINES.values()
    )[:3]


def test_a_name_made_of_stop_words_is_found(tmp_path: Path) -> None:
    index = built(tmp_path / "index", [actor("1", name="Elles"), actor("2", name="Eau")])

    assert index.search(Query(text="elles")).ids == (actor("1")["id"],)


def test_the_national_id_is_found_as_people_write_it(index: SearchIndex) -> None:
    national_id = next(iter(LINES))
    typed = f"{national_id[:4]}-{national_id[4:]}".lower().replace("1", "l")

    assert index.search(Query(text=typed)).ids == (national_id,)


def test_a_siret_finds_the_organisation_known_by_its_siren_and_the_reverse(tmp_path: Path) -> None:
    by_siren = actor("1", identifiers=[{"scheme": "siren", "value": "732829320"}])
    by_siret = actor("2", name="Autre", identifiers=[{"scheme": "siret", "value": "35600000000048"}])
    index = built(tmp_path / "index", [by_siren, by_siret])

    assert index.search(Query(text="732 829 320 00074")).ids == (by_siren["id"],)
    assert index.search(Query(text="356000000")).ids == (by_siret["id"],)


def test_a_web_address_finds_its_owner(tmp_path: Path) -> None:
    owner = actor("1", website="https://www.eau-et-vie.example/")
    index = built(tmp_path / "index", [owner, actor("2", name="Autre")])

    assert index.search(Query(text="eau-et-vie.example")).ids == (owner["id"],)


def test_projects_are_searched_by_their_partners_and_countries(tmp_path: Path) -> None:
    well = project(
        "1", lead={"name": "Ville de Rennes"}, places=[{"name": "Kayes", "country": "ML", "lat": 14.4, "lon": -11.4}]
    )
    school = project("2", title="Une école", countries=[{"code": "SN"}], stage="running")
    index = built(tmp_path / "index", [actor()], [well, school])

    assert index.search(Query(collection="project", text="rennes kayes")).ids == (well["id"],)
    assert index.search(Query(collection="project", text="sénégal", stages=("running",))).ids == (school["id"],)
    assert [point.id for point in index.points(Query(collection="project"), 5)] == [well["id"]]
    assert index.search(Query(collection="announcement")).total == 0


def test_suggestions_come_in_kinds(index: SearchIndex) -> None:
    suggested = index.suggest("mont", 8)

    assert len(suggested) == 8
    assert suggested[0].label == "Montpellier (34)"
    assert suggested[0].lat == pytest.approx(43.6, abs=0.1)
    assert {each.kind for each in suggested} >= {"commune", "actor"}
    assert index.suggest("burkina f")[0].kind == "country"
    assert index.suggest("UPP")[0].label == "Université de Pau"
    assert index.suggest("…") == []


def test_equal_lines_give_equal_orders(tmp_path: Path, index: SearchIndex) -> None:
    again = built(tmp_path / "index", real_actors())

    for text in ("jumelage", "secours", "monpellier", ""):
        assert again.ids(Query(text=text)) == index.ids(Query(text=text))


def test_a_folder_without_an_index_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no search index"):
        SearchIndex.open(tmp_path)


def test_an_index_of_another_version_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "actor").mkdir()
    tantivy.Index(tantivy.SchemaBuilder().add_text_field("id").build(), str(tmp_path / "actor"))
    with pytest.raises(ConfigError, match="another version of the hub"):
        SearchIndex.open(tmp_path)

    (tmp_path / "actor" / "meta.json").write_text("{}")
    with pytest.raises(ConfigError, match="cannot be read"):
        SearchIndex.open(tmp_path)


def test_an_empty_catalogue_can_be_searched(tmp_path: Path) -> None:
    index = built(tmp_path / "index", [])

    assert index.search(Query(text="eau")).total == 0
    assert index.ids(Query()) == []
    assert index.points(Query(), 6) == []
    assert index.suggest("eau") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L'Œuvre d'Haïti", ["l", "oeuvre", "d", "haiti"]),
        ("I.C.A.R.E. St-Étienne", ["icare", "saint", "etienne"]),
        ("2A", ["2a"]),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_roots_lose_the_plural_and_what_means_nothing() -> None:
    assert roots(["les", "amis", "des", "eaux", "de", "paris"]) == ["ami", "eau", "pari"]


def test_initials_make_the_acronym_nobody_wrote() -> None:
    assert initials("Mouvement contre le Racisme et pour l'Amitié entre les Peuples") == "mrap"
    assert initials("Eau Vive") == ""


@given(text=st.text(max_size=60))
def test_any_text_can_be_typed(index: SearchIndex, text: str) -> None:
    hits = index.search(Query(text=text, size=1))

    assert len(hits.ids) == min(hits.total, 1)
    index.suggest(text)


def test_links_that_a_killed_process_left_go_when_another_opens_an_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    left, just_made, of_others = (tmp_path / "temporary" / name for name in ("rrma-index-a", "rrma-index-b", "other-c"))
    for folder in (left, just_made, of_others):
        folder.mkdir(parents=True)
        (folder / "meta.json").symlink_to(tmp_path / "nowhere")
    for folder in (left, of_others):
        os.utime(folder, (0, 0))

    built(tmp_path / "index", [actor()])

    assert sorted(path.name for path in (tmp_path / "temporary").iterdir()) == ["other-c", "rrma-index-b"]


@given(st.floats(-85.05, 85.05), st.floats(-180, 180))
def test_a_point_lies_between_the_edges_of_its_cell_at_every_zoom(lat: float, lon: float) -> None:
    for zoom, cell in zip(grid.ZOOMS, grid.cells(lat, lon), strict=True):
        side = 2 ** (zoom + 2)
        row, column = divmod(cell, side)
        west, east = (360 * each / side - 180 for each in (column, column + 1))
        north, south = (math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * each / side)))) for each in (row, row + 1))

        assert west - 1e-9 <= lon <= east + 1e-9
        assert south - 1e-9 <= lat <= north + 1e-9
