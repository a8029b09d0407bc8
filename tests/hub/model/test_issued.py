from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.model.identity import national_id
from hub.model.issued import IdState, IssuedId, assemble, reissue
from hub.model.record import Founding
from schemas.record import RecordKey

START = datetime(2026, 11, 23, tzinfo=UTC)
KEYS = [RecordKey("actor", "centraider", name) for name in "ABCDEF"]
FOUNDED = {key: Founding(START + timedelta(days=at % 2), key) for at, key in enumerate(KEYS)}
A, B, C = KEYS[0], KEYS[2], KEYS[4]  # founded on the same day, so in key order

# A night: for each record, the group it is in, or None when it is not there.
nights = st.lists(st.lists(st.none() | st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=6)


def grouped(*groups: set[RecordKey]) -> dict[str, IssuedId]:
    return then({}, *groups)


def then(before: dict[str, IssuedId], *groups: set[RecordKey], **continued: RecordKey) -> dict[str, IssuedId]:
    """The identifiers after a night with these clusters; the earlier clusters are those that `before` tells."""
    earlier: dict[str, list[RecordKey]] = {}
    for each in sorted(before.values(), key=lambda one: FOUNDED[one.founder]):
        if each.state is not IdState.GONE:
            earlier.setdefault(each.leads_to or each.national_id, []).append(each.founder)
    named = {key: continued[key.local_id] for key in KEYS if key.local_id in continued}
    clusters = assemble(groups, FOUNDED)
    return {each.national_id: each for each in reissue(before.values(), earlier, clusters, FOUNDED, named)}


def where(issued: dict[str, IssuedId], key: RecordKey) -> str | None:
    """The founder's id that an identifier leads to in the end; None when it is gone."""
    found = issued[national_id(key)]
    target = issued[found.leads_to or found.national_id]
    return None if found.state is IdState.GONE else target.founder.local_id


def test_a_cluster_is_known_by_its_oldest_record_and_the_others_lead_there() -> None:
    found = grouped({B, A}, {C})

    assert [where(found, key) for key in (A, B, C)] == ["A", "A", "E"]


def test_a_record_that_leaves_a_cluster_has_its_own_identifier_back() -> None:
    found = then(grouped({A, B}), {A}, {B})

    assert [where(found, key) for key in (A, B)] == ["A", "C"]


def test_when_the_founder_leaves_its_identifier_leads_to_those_who_stay() -> None:
    found = then(grouped({A, B, C}), {B, C})

    assert [where(found, key) for key in (A, B, C)] == ["C", "C", "C"]


def test_a_vanished_actor_is_gone_and_comes_back_under_the_same_identifier() -> None:
    gone = then(grouped({A}, {B}), {B})
    back = then(gone, {A}, {B})

    assert where(gone, A) is None
    assert where(back, A) == "A"


def test_a_record_that_its_source_merged_leads_to_the_one_that_continues_it() -> None:
    found = then(grouped({A}, {B}), {B}, A=B)

    assert where(found, A) == "C"


@given(nights=nights)
def test_every_identifier_ever_issued_answers_and_no_redirect_leads_to_another(
    nights: list[list[int | None]],
) -> None:
    issued: dict[str, IssuedId] = {}
    for night in nights:
        groups = [{key for key, home in zip(KEYS, night, strict=True) if home == group} for group in range(4)]
        present = {key for group in groups for key in group}
        before = issued
        issued = then(issued, *[group for group in groups if group])

        assert before.keys() <= issued.keys()
        assert {national_id(key) for key in present} <= issued.keys()
        for each in issued.values():
            assert each.founder == next(key for key in KEYS if national_id(key) == each.national_id)
            if each.state is IdState.REDIRECT:
                assert each.leads_to is not None
                assert issued[each.leads_to].state is IdState.LIVE
        live = {each.founder for each in issued.values() if each.state is IdState.LIVE}
        assert live == {min(group, key=FOUNDED.__getitem__) for group in groups if group}
