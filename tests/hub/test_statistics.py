import csv
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.statistics import POPULATIONS, Statistics, reconciles
from schemas import geography
from schemas.canonical import JSON
from schemas.vocabularies import vocabulary
from tests.hub.distributions.lines import REAL_ROWS, actor, project, real_actors

NETWORKS = {"bretagne": "Réseau Bretagne Solidaire", "centraider": "Centraider", "gescod": "Gescod"}


def counted(*lines: tuple[str, JSON, bool], networks: dict[str, str] = NETWORKS) -> JSON:
    statistics = Statistics(networks)
    for collection, line, published in lines:
        statistics.add(collection, line, "open" if published else "known")
    return statistics.as_json()


def table(statistics: JSON, name: str, population: str = "published") -> JSON:
    return next(each for each in statistics["tables"] if (each["id"], each["population"]) == (name, population))


def figure(statistics: JSON, name: str, population: str = "published") -> Any:
    found = (each for each in statistics["figures"] if (each["id"], each["population"]) == (name, population))
    return next(found)["value"]


def rows(found: JSON) -> dict[str, int]:
    return {row["code"]: row["count"] for row in found["rows"]}


def test_an_actor_of_two_networks_counts_once_in_the_nation() -> None:
    shared = actor("1", networks=["bretagne", "centraider"])
    own = actor("2", network="gescod")

    found = counted(("actor", shared, True), ("actor", own, True))

    assert rows(table(found, "actors-by-network")) == {"bretagne": 1, "centraider": 1, "gescod": 1}
    assert table(found, "actors-by-network")["overlap"] == 1
    assert [
        figure(found, name) for name in ("actors", "actor-entries", "actor-overlap", "actors-in-several-networks")
    ] == [
        2,
        3,
        1,
        1,
    ]


def test_source_records_are_counted_apart_from_what_they_are_made_into() -> None:
    merged = actor("1", sources=[{"network": "bretagne", "id": "1"}, {"network": "bretagne", "id": "1 bis"}])

    found = counted(("actor", merged, True))

    assert (figure(found, "actors"), figure(found, "actor-entries"), figure(found, "actor-records")) == (1, 1, 2)


def test_who_may_only_be_counted_is_in_no_published_figure() -> None:
    found = counted(("actor", actor("1"), True), ("actor", actor("2", seat={"insee": "35238"}), False))

    assert (figure(found, "actors"), figure(found, "actors", "known")) == (1, 2)
    assert rows(table(found, "actors-by-department")) == {}
    assert rows(table(found, "actors-by-department", "known")) == {"35": 1}


def test_a_table_says_what_it_does_not_know_and_who_contributed() -> None:
    told = actor("1", sectors=["EAU", "SANT"])
    silent = actor("2", network="gescod", sectors=[])

    found = table(counted(("actor", told, True), ("actor", silent, True)), "actors-by-sector")

    assert (found["total"], found["known"], found["unknown"], found["overlap"]) == (2, 1, 1, 1)
    assert (found["multivalued"], found["unit"], found["networks"]) == (True, "acteurs", ["bretagne"])
    assert [row["label_fr"] for row in found["rows"]] == ["Eau et assainissement", "Santé"]


def test_types_are_counted_at_both_levels() -> None:
    found = counted(("actor", actor("1", type="ASSO-JUM"), True), ("actor", actor("2", type="ASSO-ASI"), True))

    assert rows(table(found, "actors-by-type")) == {"ASSO": 2}
    assert rows(table(found, "actors-by-detailed-type")) == {"ASSO-ASI": 1, "ASSO-JUM": 1}


def test_a_zone_counts_a_record_once_however_many_of_its_countries_it_holds() -> None:
    found = counted(("project", project(countries=[{"code": "ML"}, {"code": "SN"}, {"code": "MG"}]), True))

    assert sum(rows(table(found, "projects-by-country")).values()) == 3
    assert sum(rows(table(found, "projects-by-zone")).values()) == 2


def test_every_figure_and_table_has_unit_population_definition_and_networks() -> None:
    found = counted(("actor", actor(), True))

    for each in [*found["figures"], *found["tables"]]:
        assert each["unit"]
        assert each["definition_fr"].endswith(".")
        assert each["population"] in POPULATIONS
        assert isinstance(each["networks"], list)


def test_the_figures_are_those_of_a_plain_count_of_the_rows() -> None:
    """The oracle reads the CSV itself and shares no code with what it checks, vocabularies and geography apart."""
    found = counted(*(("actor", line, True) for line in real_actors()))
    with REAL_ROWS.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))

    assert figure(found, "actors") == len(read)
    assert rows(table(found, "actors-by-network")) == Counter(row["annuaire"] for row in read)
    assert rows(table(found, "actors-by-country")) == Counter(
        code for row in read for code in set(row["pays_intervention"].split("|")) - {""}
    )
    themes = [{vocabulary("sectors").find(theme) for theme in row["themes_derives"].split("|")} for row in read]
    assert rows(table(found, "actors-by-sector")) == Counter(code for row in themes for code in row if code)
    departments = Counter(_department(row) for row in read)
    del departments[""]
    assert rows(table(found, "actors-by-department")) == departments
    assert figure(found, "actors-located") == sum(bool(row["latitude"]) for row in read)
    assert table(found, "actors-by-country")["unknown"] == sum(not row["pays_intervention"] for row in read)


def _department(row: dict[str, str]) -> str:
    """What the row's codes say by their digits: none is a delegated commune that changed département."""
    code = row["code_insee"]
    if code:
        return code[:3] if code.startswith("97") else code[:2]
    return geography.department_of_postcode(row["code_postal"]) or "" if row["code_postal"] else ""


lines = st.builds(
    actor,
    st.uuids().map(str),
    networks=st.lists(st.sampled_from(sorted(NETWORKS)), min_size=1, unique=True),
    sectors=st.lists(st.sampled_from(["EAU", "SANT", "EDUC"]), unique=True),
    countries=st.lists(st.sampled_from([{"code": "ML"}, {"code": "SN"}, {"code": "MG"}]), unique_by=str),
    sdgs=st.lists(st.sampled_from(["1", "6"]), unique=True),
    type=st.sampled_from(["ASSO", "ASSO-ASI", "COLL-COM"]),
    seat=st.sampled_from([{}, {"insee": "35238"}, {"postcode": "20000"}, {"insee": "99999"}, {"country": "BE"}]),
)


@given(st.lists(st.tuples(st.just("actor"), lines, st.booleans()), max_size=30))
def test_every_table_reconciles_with_the_national_figure(some: list[tuple[str, JSON, bool]]) -> None:
    found = counted(*some)

    for population in POPULATIONS:
        national = figure(found, "actors", population)
        assert national == sum(published or population == "known" for _, _, published in some)
        by_network = rows(table(found, "actors-by-network", population))
        assert sum(by_network.values()) - figure(found, "actor-overlap", population) == national
    assert all(reconciles(each) for each in found["tables"])
    assert all(
        each["total"] == figure(found, "actors", each["population"])
        for each in found["tables"]
        if each["id"].startswith("actors")
    )


def test_a_table_that_does_not_add_up_is_told_apart() -> None:
    sound = table(counted(("actor", actor(sectors=["EAU"]), True)), "actors-by-sector")

    assert reconciles(sound)
    assert not reconciles(sound | {"overlap": 1})
    assert not reconciles(sound | {"unknown": 1})
    assert not reconciles(sound | {"rows": []})
    assert not reconciles(sound | {"multivalued": False, "overlap": 1, "known": 0, "unknown": 1})
