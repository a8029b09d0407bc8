from hypothesis import given
from hypothesis import strategies as st

from hub.model.identity import is_national_id, national_id, tidy_national_id
from schemas.record import RecordKey

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
keys = st.builds(RecordKey, st.sampled_from(["actor", "project"]), st.text(min_size=1), st.text(min_size=1))


def test_the_identifier_of_a_record_never_changes_between_versions_of_the_hub() -> None:
    assert national_id(RecordKey("actor", "centraider", "A-42")) == "2NF6WGTQKRY56"


@given(key=keys)
def test_every_identifier_is_recognised_in_any_hand_it_is_written(key: RecordKey) -> None:
    written = national_id(key)
    spoken = f"{written[:5]}-{written[5:9]} {written[9:]}".lower().replace("1", "l").replace("0", "o")

    assert is_national_id(written)
    assert tidy_national_id(spoken) == written


@given(key=keys, place=st.integers(0, 12), letter=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_caught(key: RecordKey, place: int, letter: str) -> None:
    right = national_id(key)
    wrong = right[:place] + letter + right[place + 1 :]

    assert is_national_id(wrong) == (wrong == right)


def test_what_is_not_an_identifier_is_not_taken_for_one() -> None:
    assert not any(
        map(is_national_id, ["", "2NF6WGTQKRY5", "2NF6WGTQKRY567", "2NF6WGTQKRYU6", "356000000", "éééééééééééé0"])
    )
