"""What was stated of a record is found under every id it had, and what another one stated under such an id is not."""

from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from hub.store import erasures, tables
from hub.store.engine import reading
from schemas.record import RecordKey
from tests.hub.databases import database
from tests.hub.feed_server import FakeNode, actor
from tests.hub.visits import published, visiting

IDS = ["A-0", "A-1", "A-2"]
BYSTANDERS = 60  # beside whom those that leave are no loss to be held

step = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(IDS)),
    st.tuples(st.just("bad"), st.sampled_from(IDS)),
    *[st.tuples(st.just("rekey"), st.sampled_from(IDS), st.sampled_from(IDS))] * 2,
)


@dataclass
class Network:
    """A node, and whose each text is that it ever stated: the record's, by a number that its renames carry along."""

    node: FakeNode = field(default_factory=FakeNode)
    under: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)

    def put(self, local_id: str, *, fit: bool) -> None:
        text = f"mot{len(self.texts):04}"
        self.texts[text] = self.under.setdefault(local_id, len(self.texts))
        self.node.put(local_id, actor(text) if fit else {"name": [text], "type": "ASSO"})

    def rekey(self, old: str, new: str) -> None:
        """Only to an id that nobody has now, as a network's software would."""
        if old in self.under and new not in self.under and old != new:
            self.under[new] = self.under.pop(old)
            self.node.rekey(old, new)


def content(engine: Engine) -> str:
    with reading(engine) as connection:
        rows = connection.execute(select(tables.statements.c.payload, tables.statements.c.issues))
        return " ".join(f"{payload!r} {issues!r}" for payload, issues in rows)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(nights=st.lists(st.lists(step, min_size=1, max_size=3), min_size=4, max_size=8), place=st.integers(0, 2))
def test_an_erasure_takes_all_that_was_said_of_its_record_and_nothing_of_another(
    tmp_path: Path, nights: list[list[tuple[str, ...]]], place: int
) -> None:
    network = Network()
    for number in range(BYSTANDERS):
        network.node.put(f"B-{number}", actor(f"Comité {number}"))
    with database(tmp_path / "hub.sqlite") as engine, visiting(network.node, engine) as visit:
        for night in nights:
            for said in night:
                if said[0] == "rekey":
                    network.rekey(said[1], said[2])
                else:
                    network.put(said[1], fit=said[0] == "put")
            visit()
        if not network.under:
            return
        erased = sorted(network.under)[place % len(network.under)]
        whose = network.under[erased]
        told = content(engine)
        network.node.delete(erased, reason="erased")
        visit()
        left = content(engine)

        assert [text for text, record in network.texts.items() if record == whose and text in left] == []
        assert [
            text for text, record in network.texts.items() if record != whose and (text in told) > (text in left)
        ] == []


def test_an_id_that_was_used_again_and_erased_later_keeps_nothing_of_the_first(embedded: Engine) -> None:
    network = Network()
    for number in range(BYSTANDERS):
        network.node.put(f"B-{number}", actor(f"Comité {number}"))
    with visiting(network.node, embedded) as visit:
        network.put("A-0", fit=True)
        visit()
        network.rekey("A-0", "A-1")
        visit()
        network.put("A-0", fit=True)
        visit()
        network.node.delete("A-1", reason="erased")
        visit()

    left = content(embedded)
    assert "mot0000" not in left
    assert published(embedded)["A-0"]["name"] == "mot0001"
    key = RecordKey("actor", "centraider", "A-1")
    with reading(embedded) as connection:
        [asked] = erasures.asked(connection, "centraider")
        mine = erasures.lived(connection, key, asked.number)
        assert not erasures.has_content(connection, mine)
        assert {each.local_id: taken is None for each, taken in mine.names.items()} == {"A-1": True, "A-0": False}
