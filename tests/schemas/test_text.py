"""The one folding of the house."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.text import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  L’Œuvre d'Éthiopie (S.-Étienne) ", "l oeuvre d ethiopie s etienne"),
        ("COMITÉ DE JUMELAGE / SISTER_CITIES", "comite de jumelage sister cities"),
        ("Ǆ ﬁnance ½ №3 ²", "dz finance 1 2 no3 2"),
        ("Łódź, Ærø, İstanbul, ıŋ", "lodz aero istanbul in"),
        ("STRASSE Straße", "strasse strasse"),
        ("Việt Nam\u00a0—\u202fCôte d`Ivoire", "viet nam cote d ivoire"),
        ("l\u02bceau du Mé\u00adkong", "l eau du mekong"),
        ("Москва 東京", "москва 東京"),
        ("…!?", ""),
    ],
)
def test_what_people_hold_for_the_same_is_spelt_the_same(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_of_plain_letters_only_case_and_separators_go(text: str) -> None:
    assert fold(text) == re.sub(r"[\W_]+", " ", text.lower()).strip()


@given(st.text(), st.text())
def test_case_and_separators_change_nothing(left: str, right: str) -> None:
    assert (
        fold(f"{left} {right}")
        == fold(f"  {left}\t-- {right}.")
        == " ".join([*fold(left).split(), *fold(right).split()])
    )
