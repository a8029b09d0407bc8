"""The licence of a catalogue made of several directories."""

import pytest

from hub.model.licence import OURS, licence, of_all


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], OURS),
        (["CC0-1.0"], OURS),
        (["etalab-2.0", "CC-BY-4.0"], "CC-BY-4.0"),
        (["ODbL-1.0", "etalab-2.0", "CC0-1.0"], "ODbL-1.0"),
        (["ODbL-1.0", "Licence-maison"], "Licence-maison"),
    ],
)
def test_the_whole_carries_the_most_demanding_licence_of_its_parts(parts: list[str], whole: str) -> None:
    assert of_all(parts) == whole
    assert of_all(reversed(parts)) == whole


def test_a_licence_that_we_do_not_know_is_told_by_its_code() -> None:
    assert (licence("Licence-maison").title, licence("Licence-maison").url) == ("Licence-maison", None)
