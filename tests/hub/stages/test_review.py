"""People decide which records speak of one thing: what binds, what comes back, what waits for them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from hub.model.match import Verdict
from hub.resolution import Contradiction, Model, load
from hub.stages.judging import history, judge, judgement
from hub.stages.publication import release
from hub.stages.resolve import at_threshold
from hub.stages.review import compare, differences, explain, queue
from schemas.errors import NotFound, RequestError
from tests.hub.stages.past import Past, pair, said

SAME, DIFFERENT, UNSURE = Verdict
NAMES = ["Puits du Sahel", "Comité de jumelage de Chinon", "Maison des solidarités", "Lycée agricole de Fondettes"]


@pytest.fixture
def past(engine: Engine) -> Past:
    """Two networks that share one body, on each database engine."""
    return _told(Past(engine))


@pytest.fixture
def small(embedded: Engine) -> Past:
    return _told(Past(embedded))


def _told(past: Past) -> Past:
    past.tell({f"alpha/{number}": said(name, email=f"a@asso{number}.fr") for number, name in enumerate(NAMES)})
    past.put("beta/0", said(NAMES[0], email="a@asso0.fr"))
    past.night()
    return past


def export(past: Past, releases: Path) -> bytes:
    return (release(past.engine, releases, past.now).folder / "actors.jsonl.gz").read_bytes()


@pytest.mark.parametrize(("verdict", "left", "right"), [(SAME, "alpha/1", "alpha/2"), (DIFFERENT, "alpha/0", "beta/0")])
def test_an_undo_gives_the_export_back_to_the_byte(
    past: Past, tmp_path: Path, verdict: Verdict, left: str, right: str
) -> None:
    before = export(past, tmp_path)
    decision = past.judge(verdict, left, right)
    past.night()
    judged = export(past, tmp_path)
    past.undo(decision.number)
    past.night()

    assert past.together(left, right) is (verdict is DIFFERENT)
    assert judged != before
    assert export(past, tmp_path) == before


def test_judgements_are_undone_one_by_one_and_all_of_it_is_remembered(past: Past) -> None:
    first, second = past.judge(SAME, "alpha/1", "alpha/2"), past.judge(DIFFERENT, "alpha/2", "alpha/1")
    past.night()
    parted = past.together("alpha/1", "alpha/2")
    past.undo(second.number)
    past.night()

    assert (parted, past.together("alpha/1", "alpha/2")) == (False, True)
    told = [each.as_json() for each in history(past.engine)]
    assert [(each["number"], each["verdict"], each["author"]) for each in told] == [
        (first.number, "same", "claire"),
        (second.number, "different", "claire"),
    ]
    assert (told[1]["undone"]["author"], told[1]["undone"]["reason"]) == ("marc", "erreur")
    with pytest.raises(RequestError, match="undone already"):
        past.undo(second.number)
    with pytest.raises(NotFound):
        past.undo(99)


def test_a_contradiction_is_refused_at_the_door_with_its_chain_even_over_a_record_that_left(past: Past) -> None:
    past.judge(SAME, "alpha/1", "alpha/2")
    past.judge(SAME, "alpha/2", "alpha/3")
    past.delete("alpha/2")
    past.night()

    with pytest.raises(Contradiction, match=r"alpha/1 = actor:alpha/2 = actor:alpha/3"):
        past.judge(DIFFERENT, "alpha/1", "alpha/3")
    assert len(history(past.engine)) == 2


def test_an_undo_that_would_bring_a_contradiction_back_is_refused(small: Past) -> None:
    small.judge(DIFFERENT, "alpha/1", "alpha/3")
    lifted = small.judge(UNSURE, "alpha/1", "alpha/3")
    small.judge(SAME, "alpha/1", "alpha/2")
    small.judge(SAME, "alpha/2", "alpha/3")

    with pytest.raises(Contradiction, match="alpha/1 = actor:alpha/2 = actor:alpha/3"):
        small.undo(lifted.number)


def test_of_two_people_who_contradict_each_other_at_once_one_is_refused(past: Past) -> None:
    past.tell({f"gamma/{number}": said(f"Structure {number}") for number in range(15)})
    start = Barrier(2)

    def decide(said: tuple[Verdict, str, str]) -> str:
        start.wait()
        try:
            judge(past.engine, judgement(*said, author="claire", reason="vu", at=past.now))
        except Contradiction:
            return "refused"
        return "kept"

    with ThreadPoolExecutor(2) as people:
        for one, two, three in ([f"gamma/{number + more}" for more in range(3)] for number in range(0, 15, 3)):
            past.judge(SAME, one, two)
            verdicts = [(SAME, two, three), (DIFFERENT, one, three)]
            assert sorted(people.map(decide, verdicts)) == ["kept", "refused"]


def test_a_network_that_merges_what_people_told_apart_stops_no_night(past: Past) -> None:
    past.put("alpha/9", said("Électriciens sans frontières Touraine"))
    past.judge(DIFFERENT, "alpha/1", "alpha/2")
    past.judge(SAME, "alpha/1", "alpha/3")
    past.judge(SAME, "alpha/2", "alpha/9")
    past.delete("alpha/9", into="3")

    past.night()

    assert past.together("alpha/1", "alpha/3")
    assert not past.together("alpha/1", "alpha/2")


def test_a_judgement_follows_its_record_through_a_rename_and_leaves_the_old_key_to_others(past: Past) -> None:
    past.judge(SAME, "alpha/1", "alpha/2")
    past.rekey("alpha/2", "new")
    past.put("alpha/2", said("Électriciens sans frontières Touraine"))
    past.night()

    assert past.together("alpha/1", "alpha/new")
    assert not past.together("alpha/1", "alpha/2")


def test_a_judgement_sleeps_while_its_record_is_away(past: Past) -> None:
    past.judge(SAME, "alpha/1", "alpha/2")
    past.delete("alpha/2").night()
    past.put("alpha/2", said(NAMES[2])).night()

    assert past.together("alpha/1", "alpha/2")


def test_a_judgement_goes_to_the_record_that_continues_one_that_was_merged(past: Past) -> None:
    past.judge(SAME, "alpha/1", "alpha/2")
    past.delete("alpha/2", into="3").night()

    assert past.together("alpha/1", "alpha/3")


@pytest.mark.parametrize(
    ("left", "right", "error"),
    [("alpha/1", "alpha/nobody", NotFound), ("alpha/1", "alpha/1", RequestError), ("alpha", "beta/0", RequestError)],
)
def test_a_judgement_is_about_two_records_that_are_there(
    small: Past, left: str, right: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        small.judge(SAME, left, right)


def on_the_edge(past: Past, left: str, right: str) -> Model:
    """The model at the threshold that a pair is right on."""
    return at_threshold(load(), compare(past.engine, load(), pair(left, right)).log_odds - 0.1)


def test_a_doubtful_pair_waits_with_its_reasons_and_its_effect(past: Past) -> None:
    past.put("gamma/0", said("Puits du Sahel et du Mali"))
    model = on_the_edge(past, "alpha/0", "gamma/0")
    past.night(model)

    found = queue(past.engine, model)

    told = {each.doubt.pair: each for each in found}
    [asked] = [each for name, each in told.items() if name.right == pair("alpha/0", "gamma/0").right]
    assert 0.05 < asked.probability < 0.95
    assert "Puits du Sahel et du Mali" in asked.names
    assert asked.doubt.networks == 3
    assert sum(part["weight"] for part in asked.doubt.parts) == pytest.approx(asked.doubt.log_odds, abs=0.01)
    assert [each.expected for each in found] == sorted((each.expected for each in found), reverse=True)
    assert len(queue(past.engine, model, "actor", 1)) == 1
    assert queue(past.engine, model, "project") == []


@pytest.mark.parametrize("verdict", Verdict)
def test_a_reviewed_pair_comes_back_only_when_something_compared_has_changed(small: Past, verdict: Verdict) -> None:
    small.put("gamma/1", said("Comité jumelage Chinon", social=[]))
    model = on_the_edge(small, "alpha/1", "gamma/1")
    small.night(model)
    asked = pair("alpha/1", "gamma/1")

    def waiting() -> dict[str, tuple[object, object]] | None:
        found = {each.doubt.pair: each for each in queue(small.engine, model)}.get(asked)
        return {each.property: (each.before, each.now) for each in found.changes} if found else None

    fresh = waiting()
    small.judge(verdict, "alpha/1", "gamma/1")
    judged = waiting()
    small.put("gamma/1", said("Comité jumelage Chinon", social=[], member=True)).night(model)
    unmoved = waiting()
    small.put("gamma/1", said("Comité jumelage Chinon", website="https://chinon-jumelage.fr", member=True)).night(model)
    moved = waiting()
    small.judge(verdict, "alpha/1", "gamma/1")

    assert (fresh, judged, unmoved) == ({}, None, None)
    assert moved == {"website": (None, "https://chinon-jumelage.fr")}
    assert waiting() is None


def test_any_two_records_can_be_laid_side_by_side(past: Past) -> None:
    past.put("beta/7", said("Lycée Descartes", contacts=[{"email": "a@b.fr"}]))
    past.judge(UNSURE, "alpha/1", "beta/7")

    found = compare(past.engine, load(), pair("beta/7", "alpha/1")).as_json()
    joined = compare(past.engine, load(), pair("alpha/0", "beta/0"))

    assert (found["left"]["key"], found["right"]["key"]) == ("actor:alpha/1", "actor:beta/7")
    assert found["right"]["national_id"] is None
    assert "contacts" not in found["right"]["record"]
    assert sum(part["weight"] for part in found["parts"]) == pytest.approx(found["log_odds"], abs=0.01)
    assert [each["verdict"] for each in found["history"]] == ["unsure"]
    assert joined.joined
    assert any("même nom" in part["text_fr"] for part in joined.parts)


def test_a_cluster_tells_why_its_records_stand_together(past: Past) -> None:
    past.judge(SAME, "alpha/1", "alpha/0")
    past.night()
    [home] = [each["id"] for each in map(orjson.loads, past.lines().values()) if len(each["sources"]) == 3]

    found = explain(past.engine, home).as_json()

    assert [each["key"] for each in found["members"]] == ["actor:alpha/0", "actor:alpha/1", "actor:beta/0"]
    assert found["members"][2]["name"] == NAMES[0]
    [edge] = [each for each in found["edges"] if (each["left"], each["right"]) == ("actor:alpha/0", "actor:beta/0")]
    assert sum(part["weight"] for part in edge["parts"]) == pytest.approx(edge["log_odds"], abs=0.01)
    assert [each["verdict"] for each in found["decided"]] == ["same"]
    with pytest.raises(NotFound):
        explain(past.engine, "nothing")


@given(
    before=st.fixed_dictionaries({"name": st.just("A b")}, optional={"website": st.just("a.fr"), "member": st.none()}),
    now=st.fixed_dictionaries({"name": st.sampled_from(["A b", "C d"])}, optional={"member": st.booleans()}),
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_difference_is_told_of_compared_properties_alone(before: dict[str, object], now: dict[str, object]) -> None:
    told = {name for name, _, _ in differences("actor", before, now)}

    assert told == {name for name in ("name", "website") if before.get(name) != now.get(name)}


def test_a_call_relayed_by_two_networks_is_one_and_so_is_a_project_told_twice(past: Past) -> None:
    call = {"kind": "call", "title": "Appel à projets jeunesse solidaire", "url": "https://www.fonjep.org/jsi-2027"}
    call |= {"closes_at": "2027-02-01T12:00:00+01:00"}
    project = {"title": "Adduction d'eau à Kayes Sud", "countries": [{"code": "ML"}], "starts_on": "2026-01"}
    project |= {"lead": {"name": "Puits du Sahel"}, "summary": "Dix forages et un réseau pour la commune de Kayes."}
    past.tell({"announcement:alpha/a": call, "announcement:beta/a": call})
    past.tell({"project:alpha/p": project, "project:beta/p": project})
    past.night()

    assert past.together("announcement:alpha/a", "announcement:beta/a")
    assert past.together("project:alpha/p", "project:beta/p")
    relayed = [line for line in past.lines().values() if b"jeunesse solidaire" in line]
    assert len(relayed) == 1
    assert b'"networks":["alpha","beta"]' in relayed[0]
