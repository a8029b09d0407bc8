import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.quality.expectations import Guard, Turnover, base


@pytest.mark.parametrize(
    ("lost", "remaining", "guard"),
    [
        (0, 0, Guard.SILENT),
        (20, 980, Guard.SILENT),
        (21, 979, Guard.WARNED),
        (100, 900, Guard.WARNED),
        (101, 899, Guard.HELD),
        (500, 500, Guard.HELD),
        (501, 499, Guard.REFUSED),
        (1000, 0, Guard.REFUSED),
    ],
)
def test_the_share_that_leaves_decides(lost: int, remaining: int, guard: Guard) -> None:
    assert Turnover(collection="actor", lost=lost, remaining=remaining, base=1000).guard is guard


def test_a_directory_of_one_is_never_emptied_in_silence() -> None:
    assert Turnover(collection="actor", lost=1, remaining=0, base=1).guard is Guard.REFUSED


def test_a_source_without_history_has_nothing_to_lose() -> None:
    assert Turnover(collection="actor", lost=5, remaining=0, base=None).applies


def test_growth_is_only_told() -> None:
    grown = Turnover(collection="actor", lost=0, remaining=1200, base=1000)

    assert grown.applies
    assert grown.notes == ("actor: grown from 1000 to 1200 records",)


@given(counts=st.lists(st.integers(900, 1100), min_size=3, max_size=20), odd=st.integers(0, 100_000))
def test_one_odd_night_never_moves_the_base_out_of_the_others(counts: list[int], odd: int) -> None:
    found = base([odd, *counts])

    assert found is not None
    assert 900 <= found <= 1100


@given(lost=st.integers(0, 100), kept=st.integers(0, 100), before=st.none() | st.integers(1, 200))
def test_losing_more_is_never_let_through_more_easily(lost: int, kept: int, before: int | None) -> None:
    def applies(count: int) -> bool:
        return Turnover(collection="actor", lost=count, remaining=kept, base=before).applies

    assert applies(lost) or not applies(lost + 1)


def test_no_history_has_no_base() -> None:
    assert base([]) is None
