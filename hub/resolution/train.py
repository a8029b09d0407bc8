"""Train: fit the weights of actors to pairs whose truth is known.

    directories (each record with the body it speaks of) ─► candidates ─┐
    the same with fields hidden at random                ─► candidates ─┼─► measures ─► fit ─► weights, two decimals
    pairs judged by a person, the half for fitting       ───────────────┘       ▲
                                                              prior.json: what a person set

A logistic regression that stays near the weights of `prior.json`: the sign of a weight is the person's and so is its
order of magnitude; the data say how much within. What is missing stays without effect, because a measure is 0 then, and
fields are hidden besides so that poor records count as much as rich ones. Same data, same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hub.resolution.block import candidates
from hub.resolution.columns import Bools, Floats
from hub.resolution.compare import compare
from hub.resolution.features import features, table
from hub.resolution.model import Model, Weights
from hub.resolution.rarity import add_rarity
from schemas.canonical import JSON

HIDEABLE = (
    "seat", "website", "email", "phone", "identifiers", "countries", "sectors", "description", "founded_on", "acronym",
)  # fmt: skip
_MOST_UNPLACED = 0.15
HIDDEN = (0.2, 0.7)  # share of each field that is left out, for each more copy of the directories
_JUDGED = 60.0  # generated pairs that one judged pair counts for: there are a thousand times fewer
WRONG = 2.2  # what joining two bodies costs, in bodies left apart
_PULL = 3.0  # how strongly a weight is held to its prior, in pairs of a nat
LEAST, MOST = 0.5, 2.5  # a weight stays between these shares of its prior
_BIAS = (-9.0, -2.0)
_STEPS, _CLOSE = 60, 1e-3
_FAR = 30.0  # log-odds beyond which a pair is as sure as it can be
_CHUNK = 100_000  # pairs measured at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Pairs of the rows of one base, and whether each is of one body."""

    rows: pa.Table
    pairs: pa.Table
    same: Bools
    importance: float = 1.0


def labelled(records: Sequence[JSON], bodies: Sequence[str]) -> Examples:
    """Every candidate pair among actors' payloads, `bodies` naming what each speaks of."""
    rows = _rows(records)
    pairs = candidates(rows)
    names = np.unique(np.array(bodies), return_inverse=True)[1]
    return Examples(rows=rows, pairs=pairs, same=names[pairs["left"].to_numpy()] == names[pairs["right"].to_numpy()])


def judged(records: Sequence[JSON], pairs: Sequence[tuple[int, int]], same: Sequence[bool]) -> Examples:
    """Pairs that a person judged, as positions in `records`."""
    left, right = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Examples(
        rows=_rows(records),
        pairs=pa.table({"left": left, "right": right}),
        same=np.array(same, dtype=bool),
        importance=_JUDGED,
    )


def hidden(records: Sequence[JSON], seed: int, share: float) -> list[JSON]:
    """The same payloads, each field left out as often as `share` says; where it is, at most as often as real
    directories leave it out."""
    shares = dict.fromkeys(HIDEABLE, share) | {"seat": min(share, _MOST_UNPLACED)}
    chance = Random(seed)  # noqa: S311 - it hides fields, not secrets
    return [
        {name: value for name, value in record.items() if chance.random() >= shares.get(name, 0)} for record in records
    ]


def train(prior: Model, examples: Sequence[Examples], *, version: str, provenance: Mapping[str, str]) -> Model:
    """The prior with the weights of actors fitted; the other collections, of which nothing is judged, keep theirs."""
    before = prior.collections["actor"]
    collections = dict(prior.collections) | {"actor": fit(before, examples)}
    return Model(version=version, collections=collections, provenance=dict(provenance))


def fit(before: Weights, examples: Sequence[Examples]) -> Weights:
    """The weights under which the examples are likeliest, held to those of before."""
    names = list(before.weights)
    measured = np.concatenate([measures_of(names, each) for each in examples])
    same = np.concatenate([each.same for each in examples]).astype(np.float64)
    importance = np.concatenate([np.full(len(each.same), each.importance) for each in examples])
    prior = np.array([*before.weights.values(), before.bias])
    low, high = np.sort([prior * LEAST, prior * MOST], axis=0)
    low[-1], high[-1] = _BIAS
    found = _minimum(measured, same, importance * np.where(same, 1, WRONG), prior, low, high)
    values = [round(float(value), 2) for value in found]
    return replace(before, bias=values[-1], weights=dict(zip(names, values[:-1], strict=True)))


def _minimum(
    measured: Floats, same: Floats, importance: Floats, prior: Floats, low: Floats, high: Floats
) -> NDArray[np.float64]:
    """Projected Newton with a line search: Bertsekas, SIAM J. Control and Optimization, 1982.

    A weight that would leave the box stays at its edge and out of the step; the step is halved until it lowers the
    loss, without which the search goes to and fro for ever.
    """
    at = np.clip(prior, low, high)
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-np.clip(measured @ at, -_FAR, _FAR)))
        slope = measured.T @ (importance * (likely - same)) + _PULL * (at - prior)
        bend = (measured * (importance * likely * (1 - likely))[:, None]).T @ measured + _PULL * np.eye(len(at))
        free = ~(((at <= low) & (slope > 0)) | ((at >= high) & (slope < 0)))
        step = np.zeros_like(at)
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], slope[free])
        before, share = loss(measured, same, importance, prior, at), 1.0
        moved = np.clip(at - step, low, high)
        while loss(measured, same, importance, prior, moved) > before and share > _CLOSE:
            share /= 2
            moved = np.clip(at - share * step, low, high)
        if np.abs(moved - at).max() < _CLOSE:
            return moved
        at = moved
    return at


def loss(measured: Floats, same: Floats, importance: Floats, prior: Floats, at: Floats) -> float:
    """What the fit makes small: how unlikely the examples are, and how far the weights are from the prior."""
    odds = np.clip(measured @ at, -_FAR, _FAR)
    unlikely = importance * (np.log1p(np.exp(odds)) - same * odds)
    return float(unlikely.sum() + _PULL / 2 * ((at - prior) ** 2).sum())


def measures_of(names: Sequence[str], examples: Examples) -> Floats:
    """One row a pair: the measures in the order of their names, then a 1 for the bias."""
    found = []
    for start in range(0, len(examples.same), _CHUNK):
        pairs = examples.pairs.slice(start, _CHUNK)
        measures = compare(pairs, examples.rows)
        found.append(np.stack([*(measures[name] for name in names), np.ones(len(pairs))], axis=1))
    return np.concatenate(found)


def _rows(records: Sequence[JSON]) -> pa.Table:
    return add_rarity(table(features("actor", record) for record in records))
