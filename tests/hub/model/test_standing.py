from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hub.model.identity import national_id
from hub.model.standing import Standing, State
from schemas.record import RecordKey

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ids = st.sampled_from(["A", "B", "C"])
hashes = st.sampled_from(["1" * 64, "2" * 64])


def standing(local_id: str = "A") -> Standing:
    return Standing(key=RecordKey("actor", "centraider", local_id), received=0)


def test_an_invalid_statement_never_replaces_a_good_one() -> None:
    good = standing().stated(1, "1" * 64, fit=True, now=NOW)
    bad = good.stated(2, "2" * 64, fit=False, now=NOW)

    assert bad.state is State.QUARANTINED
    assert (bad.accepted, bad.accepted_hash, bad.declared_hash) == (1, "1" * 64, "2" * 64)


def test_a_record_that_comes_back_is_as_old_as_it_was() -> None:
    first = standing().stated(1, "1" * 64, fit=True, now=NOW)
    back = first.gone(2).released().stated(3, "1" * 64, fit=True, now=NOW + timedelta(days=9))

    assert back.founding == first.founding


def test_nothing_is_held_of_a_record_that_was_never_published() -> None:
    assert standing().stated(1, "1" * 64, fit=False, now=NOW).gone(2).state is State.DELETED


def test_a_renamed_record_keeps_its_age_and_stays_published() -> None:
    old = standing("A").stated(1, "1" * 64, fit=True, now=NOW)
    left, heir = old.renamed(2, standing("B"))

    assert heir.founding == old.founding
    assert heir.accepted == 1
    assert left.founding is None
    assert (left.state, left.successor) == (State.DELETED, ("centraider", "B"))


def test_a_record_renamed_onto_one_with_an_age_of_its_own_leaves_as_merged() -> None:
    old = standing("A").stated(1, "1" * 64, fit=True, now=NOW)
    other = standing("B").stated(2, "2" * 64, fit=True, now=NOW)
    left, kept = old.renamed(3, other)

    assert kept == other
    assert (left.state, left.successor, left.founding) == (State.HELD, ("centraider", "B"), old.founding)


class Histories(RuleBasedStateMachine):
    """Any order of statements, tombstones and renamings, as a source might send them."""

    def __init__(self) -> None:
        super().__init__()
        self.standings = {local_id: standing(local_id) for local_id in "ABC"}
        self.number = 0
        self.held_by: dict[str, str] = {}

    def _next(self) -> int:
        self.number += 1
        return self.number

    @rule(local_id=ids, declared=hashes, fit=st.booleans())
    def put(self, local_id: str, declared: str, fit: bool) -> None:
        self.standings[local_id] = self.standings[local_id].stated(self._next(), declared, fit=fit, now=NOW)

    @rule(local_id=ids)
    def delete(self, local_id: str) -> None:
        self.standings[local_id] = self.standings[local_id].gone(self._next())

    @rule(local_id=ids)
    def release(self, local_id: str) -> None:
        if self.standings[local_id].state is State.HELD:
            self.standings[local_id] = self.standings[local_id].released()

    @rule(old=ids, new=ids)
    def rename(self, old: str, new: str) -> None:
        if old != new:
            for changed in self.standings[old].renamed(self._next(), self.standings[new]):
                self.standings[changed.key.local_id] = changed

    @invariant()
    def no_two_records_share_a_national_identifier(self) -> None:
        founders = [each.founding.key for each in self.standings.values() if each.founding]
        assert len({national_id(key) for key in founders}) == len(founders)

    @invariant()
    def no_founding_is_ever_lost(self) -> None:
        founders = {each.founding.key.local_id for each in self.standings.values() if each.founding}
        assert founders >= self.held_by.keys()
        self.held_by = dict.fromkeys(founders, "")

    @invariant()
    def the_state_says_what_the_facts_say(self) -> None:
        for each in self.standings.values():
            if each.state is State.ACCEPTED:
                assert each.declared_hash == each.accepted_hash is not None
            if each.state is State.QUARANTINED:
                assert each.declared_hash is not None
            if each.state is State.HELD:
                assert each.declared_hash is None
                assert each.accepted is not None
            if each.state is State.DELETED:
                assert each.declared_hash is None
                assert each.accepted is None
            assert (each.accepted is None) == (each.accepted_hash is None)
            assert each.accepted is None or each.founding is not None


TestHistories = Histories.TestCase


@given(declared=hashes, again=hashes)
def test_only_another_hash_is_news_of_a_record_that_stands(declared: str, again: str) -> None:
    stands = standing().stated(1, declared, fit=True, now=NOW)

    assert stands.is_news(again) == (declared != again)
