"""Quality on pairs that a person judged, at the default model: floors that a change must not break.

The pairs were drawn over the whole range of scores, doubtful ones above all: these figures are lower than those of a
catalogue. Only the held-out half counts here; weights are set on the other.
"""

from tests.hub.resolution.quality import homes, judged_pairs, quality

PRECISION, RECALL = 0.95, 0.8


def test_held_out_pairs_are_found_with_the_promised_precision_and_recall() -> None:
    found = quality([pair for pair in judged_pairs() if pair["split"] == "held-out"], homes())

    assert found.precision >= PRECISION, found
    assert found.recall >= RECALL, found


def test_the_judged_pairs_are_enough_and_well_formed() -> None:
    pairs = judged_pairs()

    assert len(pairs) >= 150
    assert len({(pair["left"], pair["right"]) for pair in pairs}) == len(pairs)
    assert {pair["verdict"] for pair in pairs} == {"same", "different"}
    assert all(pair["reason"] for pair in pairs)


def test_no_record_is_in_both_halves() -> None:
    halves = {
        split: {side for pair in judged_pairs() if pair["split"] == split for side in (pair["left"], pair["right"])}
        for split in ("fit", "held-out")
    }

    assert not halves["fit"] & halves["held-out"]
