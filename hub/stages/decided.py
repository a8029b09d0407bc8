"""What people decided, made safe to follow: judgements that contradict one another are refused, or stop nobody.

At the door a judgement, or an undo, that would tie records judged different is refused with the chain that ties them.
A network may still bring a contradiction about, by merging two records that people told apart: then the youngest
judgement in the way is set aside, until the network or a person settles it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hub.model.decision import Bound, Standing
from hub.model.match import Judgement, Pair, Verdict
from hub.resolution import Contradiction
from hub.resolution.cluster import cluster
from schemas.record import RecordKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Judgements on records of today that agree with one another, and those that had to be set aside."""

    judgements: tuple[Judgement, ...]
    set_aside: tuple[Bound, ...]


def refuse_contradiction(decisions: Standing) -> None:
    """Raises Contradiction, naming the chain, also when some of its records are not here today."""
    if chain := _contradiction({pair: decision.judgement.verdict for pair, decision in decisions.items()}):
        raise Contradiction(chain)


def followed(bound: Sequence[Bound]) -> Followed:
    """bound: the firmest first, as `hub.model.decision.bind` gives them."""
    kept = {each.pair: each for each in bound}
    aside = []
    while chain := _contradiction({pair: each.judgement.verdict for pair, each in kept.items()}):
        links = [Pair.of(*each) for each in _links(chain)]
        aside.append(kept.pop(max(links, key=lambda pair: (kept[pair].inherited, kept[pair].decision.number))))
    return Followed(judgements=tuple(each.judgement for each in kept.values()), set_aside=tuple(aside))


def _links(chain: Sequence[RecordKey]) -> Iterable[tuple[RecordKey, RecordKey]]:
    """Every judged pair of a contradiction: the ties of the chain, and the wall between its ends."""
    return [*pairwise(chain), (chain[0], chain[-1])]


def _contradiction(verdicts: Mapping[Pair, Verdict]) -> tuple[RecordKey, ...]:
    """The records that are judged the same one by one, the first and the last judged different; none when all agree."""
    keys = sorted({key for pair in verdicts for key in (pair.left, pair.right)})
    numbers = {key: number for number, key in enumerate(keys)}
    couples = {
        verdict: [(numbers[pair.left], numbers[pair.right]) for pair, said in verdicts.items() if said is verdict]
        for verdict in Verdict
    }
    try:
        cluster(len(keys), (), same=couples[Verdict.SAME], different=couples[Verdict.DIFFERENT], unscored=0.0)
    except Contradiction as found:
        return tuple(keys[number] for number in found.chain)
    return ()
