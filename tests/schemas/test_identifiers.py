"""One tidy spelling for each official identifier, and the checks of those who issue them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.identifiers import _SCHEMES, EXAMPLES, SCHEMES, has_shape, is_valid, tidy


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_example_of_each_scheme_is_valid_and_tidy(scheme: str) -> None:
    assert is_valid(scheme, EXAMPLES[scheme])
    assert tidy(scheme, EXAMPLES[scheme]) == EXAMPLES[scheme]


@pytest.mark.parametrize("scheme", SCHEMES)
@given(data=st.data())
def test_what_has_the_shape_of_its_scheme_is_tidy(scheme: str, data: st.DataObject) -> None:
    value = data.draw(st.from_regex(_SCHEMES[scheme].shape, fullmatch=True))

    assert tidy(scheme, value) == value


@pytest.mark.parametrize(
    ("scheme", "written", "read"),
    [
        ("siren", "732 829 320", "732829320"),
        ("siren", " 732.829.320\u00a0", "732829320"),
        ("siret", "732 829 320 00074", "73282932000074"),
        ("rna", "w75-1234567", "W751234567"),
        ("uai", "0750001u", "0750001U"),
        ("ror", "https://ror.org/002VPKF64", "002vpkf64"),
        ("ror", "ror.org/002vpkf64", "002vpkf64"),
        ("wikidata", "http://www.wikidata.org/entity/Q50823978", "Q50823978"),
        ("insee", "2a004", "2A004"),
        ("iati", " FR-3 ", "FR-3"),
        ("unheard-of", " x ", "x"),
    ],
)
def test_usual_ways_of_writing_are_read(scheme: str, written: str, read: str) -> None:
    assert tidy(scheme, written) == read


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("siret", "35600000000048"),  # La Poste, head office: Luhn
        ("siret", "35600000049837"),  # La Poste, a post office: digits add up to a multiple of five
        ("rna", "W2A1000123"),  # Corsica
        ("rna", "W9R4001234"),  # La Réunion
        ("finess", "2A0000014"),
        ("insee", "97411"),
        ("iati", "XM-DAC-41114"),
    ],
)
def test_special_cases_are_valid(scheme: str, value: str) -> None:
    assert is_valid(scheme, value)


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("siren", "732829321"),
        ("siren", "73282932"),
        ("siren", "7328293200"),
        ("siren", "73282932O"),
        ("siren", "٧٣٢٨٢٩٣٢٠"),
        ("siret", "73282932000075"),
        ("siret", "35600000049838"),
        ("rna", "W75123456"),
        ("rna", "751234567"),
        ("uai", "0750001A"),
        ("uai", "0750001I"),
        ("ror", "002vpkf65"),
        ("ror", "102vpkf64"),
        ("finess", "35000002"),
        ("insee", "2C004"),
        ("wikidata", "Q0"),
        ("iati", "FR"),
        ("siren", ""),
        ("unheard-of", "732829320"),
    ],
)
def test_wrong_identifiers_are_not_valid(scheme: str, value: str) -> None:
    assert not is_valid(scheme, value)


@pytest.mark.parametrize("scheme", ["siren", "siret", "uai"])
def test_no_single_wrong_digit_passes_a_checksum(scheme: str) -> None:
    right = EXAMPLES[scheme]
    chance = random.Random(2026)
    for place in [index for index, letter in enumerate(right) if letter.isdigit()]:
        wrong = right[:place] + chance.choice([d for d in "0123456789" if d != right[place]]) + right[place + 1 :]
        assert has_shape(scheme, wrong)
        assert not is_valid(scheme, wrong)


@given(st.sampled_from(SCHEMES), st.text(max_size=40))
def test_tidying_twice_changes_nothing_and_nothing_crashes(scheme: str, text: str) -> None:
    once = tidy(scheme, text)

    assert tidy(scheme, once) == once
    assert is_valid(scheme, once) <= has_shape(scheme, once)
