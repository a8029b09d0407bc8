"""Quality on pairs that a person judged, at the default model: floors that a change must not break.

The pairs were drawn where a machine errs: these figures are lower than those of a catalogue. Nothing is set on `test`.
"""

import pytest

from tests.hub.resolution.quality import homes, judged_pairs, quality

FLOORS = {"tune": (0.95, 0.8), "test": (0.85, 0.45)}  # precision, recall


@pytest.mark.parametrize("split", FLOORS)
def test_judged_pairs_are_found_with_the_promised_precision_and_recall(split: str) -> None:
    precision, recall = FLOORS[split]

    found = quality([pair for pair in judged_pairs() if pair["split"] == split], homes())

    assert found.precision >= precision, found
    assert found.recall >= recall, found


def test_the_judged_pairs_are_enough_and_well_formed() -> None:
    pairs = judged_pairs()

    assert len(pairs) >= 600
    assert len({(pair["left"], pair["right"]) for pair in pairs}) == len(pairs)
    assert {pair["verdict"] for pair in pairs} == {"same", "different"}
    assert all(pair["reason"] for pair in pairs)


def test_no_record_is_in_two_splits() -> None:
    sides = {(pair[side], pair["split"]) for pair in judged_pairs() for side in ("left", "right")}

    assert len(sides) == len({record for record, _ in sides})
