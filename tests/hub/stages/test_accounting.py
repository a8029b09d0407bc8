"""Each network is told what became of each of its records, and the sums agree, whatever happened."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.model.account import Account
from hub.model.identity import national_id
from hub.model.imprint import Imprint
from hub.stages.accounting import DoesNotAddUp, account_for, is_current, require_sums
from hub.stages.compile import compile_catalogue
from hub.stages.harvest import harvest, harvest_all
from hub.stages.resolve import resolve
from hub.store import feedback
from hub.store.engine import reading
from hub.store.tables import clusters
from schemas.feedback import SCHEMA, Fate
from schemas.record import RecordKey
from schemas.validate import is_valid
from tests.hub.databases import database
from tests.hub.feed_server import FakeNode, actor, serving
from tests.hub.visits import NIGHT, source_at

TOURS = {"city": "Tours", "postcode": "37000", "insee": "37261"}
SITE = Imprint(site="https://annuaire.example.org")


class Nights:
    """Some nodes and a hub that tells them each night; no release is needed for that."""

    def __init__(self, engine: Engine, nodes: list[FakeNode], stack: ExitStack) -> None:
        self.engine, self.now = engine, NIGHT
        self.feeds = FeedClient(stack.enter_context(open_client()))
        self.sources = [
            source_at(stack.enter_context(serving(node.answer)), node.network, regions=()) for node in nodes
        ]

    def night(self) -> dict[str, Account]:
        self.now += timedelta(days=1)
        harvest_all(self.sources, self.feeds, self.engine, self.now)
        return self.account()

    def account(self) -> dict[str, Account]:
        resolve(self.engine, self.now)
        compile_catalogue(self.engine)
        found = account_for(self.engine, self.now, imprint=SITE)
        require_sums(found)
        return {account.source: account for account in found}

    def told(self, source: str, after: int = 0) -> list[dict[str, Any]]:
        with reading(self.engine) as connection:
            lines = [orjson.loads(line) for line in feedback.lines_after(connection, source, after)]
        assert [line for line in lines if not is_valid(SCHEMA, line)] == []
        return lines

    def by_id(self, source: str) -> dict[str, dict[str, Any]]:
        return {line["id"]: line for line in self.told(source)}


@pytest.fixture
def alpha() -> FakeNode:
    node = (
        FakeNode("alpha")
        .put("1", actor("Association Puits du Sahel", seat=TOURS))
        .put("2", actor("Lycée de Fondettes"))
    )
    return node.put("3", actor("Maison des solidarités", seat=TOURS, publication="counted-only"))


@pytest.fixture
def beta() -> FakeNode:
    return FakeNode("beta").put("b1", actor("PUITS DU SAHEL", seat=TOURS, website="https://puits.example.org"))


@pytest.fixture
def nights(embedded: Engine, alpha: FakeNode, beta: FakeNode) -> Iterator[Nights]:
    with ExitStack() as stack:
        yield Nights(embedded, [alpha, beta], stack)


@pytest.fixture
def nights_on_each(engine: Engine, alpha: FakeNode, beta: FakeNode) -> Iterator[Nights]:
    with ExitStack() as stack:
        yield Nights(engine, [alpha, beta], stack)


def test_who_founds_is_published_who_joins_is_merged_and_who_is_counted_only_has_no_page(
    nights_on_each: Nights,
) -> None:
    nights, accounts = nights_on_each, nights_on_each.night()

    founder = national_id(RecordKey("actor", "alpha", "1"))
    one, joined, counted = nights.by_id("alpha")["1"], nights.by_id("beta")["b1"], nights.by_id("alpha")["3"]
    assert (one["state"], joined["state"], counted["state"]) == ("published", "merged", "published")
    assert one["national_id"] == joined["national_id"] == founder
    assert one["url"] == joined["url"] == f"https://annuaire.example.org/acteurs/{founder}"
    assert (counted["publication"], counted["published"], "url" in counted) == ("counted-only", True, False)
    assert accounts["alpha"].totals.as_json() == {
        "sent": 3, "stated": 3, "published": 3, "merged": 0, "quarantined": 0, "held": 0, "erased": 0,
    }  # fmt: skip
    assert (accounts["beta"].totals.merged, accounts["beta"].read_seq) == (1, 1)


def test_a_value_that_the_catalogue_does_not_take_is_told_with_the_one_it_takes_and_why(nights: Nights) -> None:
    nights.night()

    [override] = nights.by_id("beta")["b1"]["overrides"]
    assert override["rule_text"].startswith("Le nom le plus complet")
    assert override == {
        "pointer": "/name",
        "field": "Nom",
        "yours": "PUITS DU SAHEL",
        "national": "Association Puits du Sahel",
        "networks": ["alpha"],
        "rule": "fullest-name",
        "rule_text": override["rule_text"],
    }
    assert nights.by_id("alpha")["1"]["overrides"] == []


def test_a_record_that_waits_is_told_with_the_remedy_and_whether_an_older_one_serves(
    nights: Nights, alpha: FakeNode
) -> None:
    nights.night()
    alpha.put("2", actor("Lycée", website="pas une adresse")).put("4", {"name": 3, "type": "ASSO"})
    totals = nights.night()["alpha"].totals

    older, never = nights.by_id("alpha")["2"], nights.by_id("alpha")["4"]
    assert (older["state"], older["published"], never["published"]) == ("quarantined", True, False)
    assert "national_id" in older
    assert "national_id" not in never
    [issue] = older["issues"]
    assert (issue["field"], issue["received"]) == ("Site web", "pas une adresse")
    assert issue["example"].startswith("https://")
    assert (totals.quarantined, totals.published, totals.sent) == (2, 2, 4)


def test_what_the_validator_remarks_on_a_published_record_is_told_too(nights: Nights, alpha: FakeNode) -> None:
    alpha.put("2", actor("Lycée", email="lycee@orange.fr"))
    nights.night()

    line = nights.by_id("alpha")["2"]
    assert line["state"] == "published"
    assert [(issue["code"], issue["severity"]) for issue in line["issues"]] == [("personal-mailbox", "warning")]


def test_what_leaves_is_held_then_withdrawn_and_told_once(nights: Nights, alpha: FakeNode) -> None:
    for number in range(10, 16):
        alpha.put(str(number), actor(f"Comité de jumelage de la ville {number}"))
    nights.night()
    for number in range(10, 13):
        alpha.delete(str(number))
    held = nights.night()["alpha"].totals
    for number in range(10, 13):
        alpha.put(str(number), actor(f"Comité de jumelage de la ville {number}"))
    nights.night()
    alpha.delete("10", reason="erased")
    gone = nights.night()["alpha"]

    assert (held.held, held.sent, held.stated) == (3, 9, 6)
    assert (gone.totals.held, gone.totals.erased) == (1, 0)


def test_an_erased_record_is_told_without_a_word_of_what_it_said(nights: Nights, alpha: FakeNode) -> None:
    for number in range(10, 40):
        alpha.put(str(number), actor(f"Comité de jumelage de la ville {number}"))
    nights.night()
    alpha.delete("10", reason="erased").delete("11")
    totals = nights.night()["alpha"].totals
    last = nights.told("alpha")[-2:]

    assert sorted((line["id"], line["state"], len(line)) for line in last) == [
        ("10", "erased", 4),
        ("11", "withdrawn", 4),
    ]
    assert (totals.erased, totals.sent) == (1, 31)
    nights.night()
    assert nights.told("alpha")[-2:] == last


def test_a_night_on_which_nothing_changed_tells_nothing_again(nights: Nights) -> None:
    before = nights.night()
    after = nights.night()

    assert {name: account.number for name, account in after.items()} == {"alpha": 3, "beta": 1}
    assert after["alpha"].epoch == before["alpha"].epoch
    assert after["alpha"].as_of > before["alpha"].as_of


def test_a_change_at_one_network_is_told_to_the_other_that_shares_the_record(
    nights_on_each: Nights, beta: FakeNode
) -> None:
    nights, before = nights_on_each, nights_on_each.night()
    beta.put("b1", actor("Association des Puits du Sahel", seat=TOURS, website="https://puits.example.org"))
    nights.night()

    [line] = nights.told("alpha", after=before["alpha"].number)
    assert (line["id"], line["overrides"][0]["national"]) == ("1", "Association des Puits du Sahel")


def test_a_lost_record_ends_the_run_loudly_and_tells_nothing(nights: Nights) -> None:
    nights.night()
    with nights.engine.begin() as connection:
        connection.execute(delete(clusters).where(clusters.c.local_id == "2"))

    found = account_for(nights.engine, nights.now, imprint=Imprint(site="https://elsewhere.example"))

    [wrong] = [account for account in found if not account.totals.adds_up]
    assert (wrong.source, wrong.totals.sent, wrong.totals.published) == ("alpha", 3, 2)
    with pytest.raises(DoesNotAddUp, match="alpha"):
        require_sums(found)
    assert nights.by_id("alpha")["1"]["url"].startswith(SITE.site)
    with reading(nights.engine) as connection:
        assert not is_current(connection, Imprint(site="https://elsewhere.example"))


def test_a_source_that_is_read_after_resolution_waits_for_the_next_one(nights: Nights, alpha: FakeNode) -> None:
    first = nights.night()
    alpha.put("9", actor("Nouvelle structure"))
    harvest(nights.sources[0], nights.feeds, nights.engine, nights.now)
    found = account_for(nights.engine, nights.now, imprint=SITE)

    assert [account.source for account in found] == ["beta"]
    assert "9" not in nights.by_id("alpha")
    assert nights.account()["alpha"].totals.sent == first["alpha"].totals.sent + 1


ids = st.sampled_from("abcdefgh")
acts = st.one_of(
    st.tuples(st.just("put"), ids, st.sampled_from(["Puits du Sahel", "Lycée de Chinon", "Terre", "Eau"])),
    st.tuples(st.just("spoil"), ids, st.just("")),
    st.tuples(st.sampled_from(["delete", "erase"]), ids, st.just("")),
    st.tuples(st.just("rekey"), ids, ids),
)
histories = st.lists(st.lists(st.tuples(st.sampled_from([0, 1]), acts), max_size=6), min_size=2, max_size=3)


def play(node: FakeNode, act: tuple[str, str, str]) -> None:
    kind, name, said = act
    match kind:
        case "put":
            node.put(name, actor(said, seat=TOURS))
        case "spoil":
            node.put(name, {"name": 3, "type": "ASSO"})
        case "delete" | "erase":
            node.delete(name, reason="erased" if kind == "erase" else "withdrawn")
        case "rekey" if name != said and ("actor", said) not in node.live:
            node.rekey(name, said)


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_whatever_happens_the_sums_agree_and_a_reader_of_the_changes_sees_the_whole(
    tmp_path: Path, history: list[list[tuple[int, tuple[str, str, str]]]]
) -> None:
    nodes = [FakeNode("alpha"), FakeNode("beta")]
    seen: dict[str, dict[str, dict[str, Any]]] = {node.network: {} for node in nodes}
    cursors = {node.network: 0 for node in nodes}
    with ExitStack() as stack:
        engine = stack.enter_context(database(tmp_path / "hub.sqlite"))
        nights = Nights(engine, nodes, stack)
        for night in history:
            for which, act in night:
                play(nodes[which], act)
            accounts = nights.night()
            for node in nodes:
                account = accounts.get(node.network)
                if account is None:
                    assert not node.live
                    continue
                for line in nights.told(node.network, cursors[node.network]):
                    seen[node.network][line["id"]] = line
                cursors[node.network] = account.number
                fates = [line["state"] for line in seen[node.network].values()]
                totals = account.totals
                assert totals.stated == len(node.live)
                for fate in Fate:
                    if fate is not Fate.WITHDRAWN:
                        assert getattr(totals, fate) == fates.count(fate)
                assert totals.sent == totals.published + totals.merged + totals.quarantined + totals.held
