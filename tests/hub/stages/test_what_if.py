"""A preview is what happens: identifiers, lines, pages and figures, before anything is stored."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from hub.model.match import Verdict
from hub.resolution import Contradiction, Model, load
from hub.stages.judging import history, judgement
from hub.stages.resolve import at_threshold
from hub.stages.what_if import Difference, State, difference, effects, state, what_if
from hub.store.engine import reading
from tests.hub.stages.past import Past, pair, said
from tests.hub.visits import NIGHT

NAMES = ["Puits du Sahel", "Puits du Sahel et du Mali", "Comité de jumelage de Chinon", "Comité des fêtes de Chinon"]
KEYS = [f"{network}/{number}" for network in ("alpha", "beta") for number in range(4)]

thresholds = st.floats(-6, 12).map(lambda value: round(value, 1))
couples = st.lists(st.sampled_from(KEYS), min_size=2, max_size=2, unique=True)


@pytest.fixture
def past(engine: Engine) -> Past:
    return told(Past(engine))


@pytest.fixture
def small(embedded: Engine) -> Past:
    return told(Past(embedded))


def told(past: Past) -> Past:
    for network in ("alpha", "beta"):
        more = [{"countries": [{"code": "ML"}], "email": f"a@asso{number}.fr"} for number in range(4)]
        past.tell({f"{network}/{number}": said(name, **more[number]) for number, name in enumerate(NAMES)})
    project = {"title": "Eau à Kayes", "lead": {"actor": "1"}, "countries": [{"code": "ML"}]}
    past.put("project:beta/p", project).put("alpha/9", said("Discrets", publication="counted-only"))
    past.night()
    return past


def stored(past: Past) -> State:
    with reading(past.engine) as connection:
        return state(connection)


def preview(past: Past, model: Model, verdict: Verdict | None, left: str, right: str) -> Difference | None:
    """None where the judgement would be refused."""
    decided = judgement(verdict, left, right, at=NIGHT) if verdict else None
    try:
        return what_if(past.engine, model, decided)
    except Contradiction:
        return None


@given(acts=st.lists(st.tuples(thresholds | st.just(0.0), st.none() | st.sampled_from(Verdict), couples), max_size=3))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_is_applied_is_what_was_previewed(
    small: Past, acts: list[tuple[float, Verdict | None, list[str]]]
) -> None:
    for threshold, verdict, couple in acts:
        model = at_threshold(load(), threshold)
        before, decided = stored(small), history(small.engine)
        promised = preview(small, model, verdict, *couple)
        assert (stored(small), history(small.engine)) == (before, decided)

        if promised is None:
            with pytest.raises(Contradiction):
                small.judge(Verdict(verdict or ""), *couple)
            continue
        if verdict:
            small.judge(verdict, *couple)
        small.night(model)

        assert difference(before, stored(small)) == promised


def test_a_merge_is_told_by_its_identifiers_lines_pages_and_figures(past: Past) -> None:
    before = stored(past)
    found = what_if(past.engine, load(), judgement(Verdict.SAME, "alpha/2", "alpha/3", at=NIGHT))

    [merged] = found.ids["merged"]
    assert merged["leads_to"] in before.lines
    assert found.lines == {"added": (), "changed": (merged["leads_to"],), "removed": (merged["id"],)}
    assert f"/acteurs/{merged['id']}" in found.pages
    assert found.counts["actor"] == (len(before.lines) - 1, len(before.lines) - 2)
    known = {(each["id"], each["population"], each.get("code")): each for each in found.figures}
    assert known["actors", "published", None]["before"] - known["actors", "published", None]["after"] == 1
    assert known["actors-by-country", "published", "ML"]["after"] == known["actors", "published", None]["after"]


def test_a_split_gives_an_identifier_back_and_may_move_the_lead_of_a_project(past: Past) -> None:
    assert past.together("alpha/1", "beta/1")
    found = what_if(past.engine, load(), judgement(Verdict.DIFFERENT, "alpha/1", "beta/1", at=NIGHT))

    assert len(found.ids["returned"]) == 1
    assert any(page.startswith("/projets/") for page in found.pages)


def test_what_nobody_may_see_has_no_page(past: Past) -> None:
    found = difference(replace(stored(past), lines={}, issued={}), stored(past))

    hidden = [name for name, line in stored(past).lines.items() if line.publication == "counted-only"]
    assert len(hidden) == 1
    assert hidden[0] in found.lines["added"]
    assert f"/acteurs/{hidden[0]}" not in found.pages


def test_the_effects_of_a_pair_name_the_chain_that_would_refuse_one(past: Past) -> None:
    past.judge(Verdict.SAME, "alpha/2", "alpha/3")
    past.judge(Verdict.SAME, "alpha/0", "alpha/3")

    found = effects(past.engine, load(), pair("alpha/0", "alpha/2"))

    assert "alpha/0 = actor:alpha/3 = actor:alpha/2" in found["different"]["refused"]
    assert found["same"]["ids"]["merged"]
