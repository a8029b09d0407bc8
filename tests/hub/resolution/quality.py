"""How good resolution is: `python -m tests.hub.resolution.quality` prints all that the README tells.

    judged pairs and clusters ─► precision, recall, exact clusters; by region and by kind of body
    generated directories     ─► the same, where every truth is known; of two generators, by two hands
    true pairs of both        ─► the share that blocking never proposes

A pair counts as found when both records end in one cluster, with all judged records resolved together. Intervals are
Wilson's, 95 %.
"""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from math import sqrt
from pathlib import Path
from typing import Any, Protocol, TypeVar

from hub.resolution import load, resolve_records
from hub.resolution.block import candidates
from hub.resolution.features import Row, features, table
from hub.resolution.model import Model
from hub.resolution.rarity import add_rarity
from schemas import geography
from schemas.canonical import JSON
from schemas.record import RecordKey
from tests.directories import directories
from tests.hub.resolution.records import accepted
from tests.otherhand import HELD_OUT, SEEN
from tests.otherhand import directories as by_another_hand

JUDGED = Path(__file__).parents[2] / "data" / "judged"
SPLITS = ("fit", "tune", "test")
THRESHOLDS = (-1.0, 0.0, 1.0, 2.0)
ENOUGH = 30  # decided pairs of a group below which it is not measured
_Z = 1.96  # 95 %
_PAYERS = {"cd44": "52", "cd49": "52", "cd53": "52", "cd72": "52", "cd85": "52", "montpellier": "76"}

JudgedPair = Mapping[str, str]
Homes = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, with Wilson's interval."""

    count: int
    of: int

    @property
    def value(self) -> float:
        return self.count / self.of if self.of else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        spread = _Z**2 / self.of
        centre = (self.value + spread / 2) / (1 + spread)
        half = _Z * sqrt(self.value * (1 - self.value) / self.of + spread / (4 * self.of)) / (1 + spread)
        return centre - half, centre + half

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] of {self.of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Found rightly, found wrongly, and missed, in pairs."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> Share:
        return Share(count=self.right, of=self.right + self.wrong)

    @property
    def recall(self) -> Share:
        return Share(count=self.right, of=self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / (2 * self.right + self.wrong + self.missed)

    def __str__(self) -> str:
        return f"precision {self.precision}, recall {self.recall}, F1 {self.f1:.3f}"


# --- pairs and clusters that a person judged


def judged_pairs(split: str = "") -> list[JudgedPair]:
    """The pairs that are decided; `unsure` counts neither way."""
    decided = [pair for pair in _table("pairs.csv") if pair["verdict"] != "unsure"]
    return [pair for pair in decided if split in ("", pair["split"])]


@cache
def model_at(threshold: float) -> Model:
    """The model that joins from other log-odds on than zero, which is the default."""
    model = load()
    actor = model.collections["actor"]
    return replace(model, collections={**model.collections, "actor": replace(actor, bias=actor.bias - threshold)})


@cache
def homes(threshold: float = 0.0) -> Homes:
    """Record, as "network/id" -> the number of its cluster."""
    records = [accepted(line["source"], line["id"], line["record"]) for line in _lines().values()]
    clusters = resolve_records(records, model=model_at(threshold)).clusters
    return {_name(key): number for number, cluster in enumerate(clusters) for key in cluster}


def quality(pairs: Iterable[JudgedPair], home: Homes) -> Quality:
    outcomes = Counter((pair["verdict"] == "same", home[pair["left"]] == home[pair["right"]]) for pair in pairs)
    return Quality(right=outcomes[True, True], wrong=outcomes[False, True], missed=outcomes[True, False])


def exact_clusters(split: str, home: Homes) -> Share:
    """How many judged clusters are found whole and with no other record; `open` members count neither way."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    undecided: defaultdict[str, set[str]] = defaultdict(set)
    for row in _table("clusters.csv"):
        if row["split"] == split:
            (members if row["membership"] == "member" else undecided)[row["cluster"]].add(_member(row))
    found: defaultdict[int, set[str]] = defaultdict(set)
    for record, number in home.items():
        found[number].add(record)
    exact = [
        any(found[home[record]] - undecided[cluster] == inside for record in inside)
        for cluster, inside in members.items()
    ]
    return Share(count=sum(exact), of=len(exact))


def by_group(pairs: Iterable[JudgedPair], group: Callable[[str], str], home: Homes) -> dict[str, Quality]:
    """The quality of each group of which there are enough pairs; a pair is of the group of its left record."""
    groups: defaultdict[str, list[JudgedPair]] = defaultdict(list)
    for pair in pairs:
        groups[group(pair["left"])].append(pair)
    return {name: quality(some, home) for name, some in sorted(groups.items()) if name and len(some) >= ENOUGH}


def region(record: str) -> str:
    """The region of a record's seat; where it says none, that of the network or of the authority that lists it."""
    line = _lines()[record]
    code = _features()[record]["region"] or _PAYERS.get(line["origin"].partition("-")[0], "")
    found = geography.region(code)
    return found.name if found else ""


def kind(record: str) -> str:
    """What its name says it is, else the family of its type."""
    row = _features()[record]
    return row["kind"] or row["family"]


# --- directories whose truth is known


class Known(Protocol):
    """A generated record and the body it is of, as every generator of ours gives them."""

    @property
    def source(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def record(self) -> JSON: ...
    @property
    def body(self) -> str: ...
    @property
    def kind(self) -> str: ...


T = TypeVar("T", bound=Known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """largest: records of the largest cluster found, and of the largest true one."""

    pairs: Quality
    exact: Share
    largest: tuple[int, int]
    wrong_by_kinds: Mapping[tuple[str, ...], int]


def resolved(listed: Sequence[T], threshold: float = 0.0) -> list[list[T]]:
    """The clusters found among generated records."""
    truth = {f"{each.source}/{each.id}": each for each in listed}
    given = [accepted(each.source, each.id, each.record) for each in listed]
    clusters = resolve_records(given, model=model_at(threshold)).clusters
    return [[truth[_name(key)] for key in cluster] for cluster in clusters]


def generated(found: Sequence[Sequence[Known]]) -> Generated:
    """How well generated directories were resolved into these clusters."""
    sizes = Counter(each.body for cluster in found for each in cluster)
    inside = [pair for cluster in found for pair in combinations(cluster, 2)]
    wrong = [pair for pair in inside if pair[0].body != pair[1].body]
    true = sum(size * (size - 1) // 2 for size in sizes.values())
    exact = [len({each.body for each in cluster}) == 1 and len(cluster) == sizes[cluster[0].body] for cluster in found]
    right = len(inside) - len(wrong)
    return Generated(
        pairs=Quality(right=right, wrong=len(wrong), missed=true - right),
        exact=Share(count=sum(exact), of=len(sizes)),
        largest=(max(map(len, found)), max(sizes.values())),
        wrong_by_kinds=Counter(tuple(sorted(each.kind for each in pair)) for pair in wrong),
    )


def recall_by(found: Sequence[Sequence[T]], labels: Callable[[T], Iterable[str]]) -> dict[str, Share]:
    """The recall of the true pairs of which either record has a label; "" stands for none. The worst first."""
    home = {id(each): number for number, cluster in enumerate(found) for each in cluster}
    members: defaultdict[str, list[T]] = defaultdict(list)
    for each in (each for cluster in found for each in cluster):
        members[each.body].append(each)
    outcomes: Counter[tuple[str, bool]] = Counter()
    for one, other in (pair for group in members.values() for pair in combinations(group, 2)):
        for label in {*labels(one), *labels(other)} or {""}:
            outcomes[label, home[id(one)] == home[id(other)]] += 1
    shares = {
        label: Share(count=outcomes[label, True], of=outcomes[label, True] + outcomes[label, False])
        for label, _ in outcomes
    }
    return dict(sorted(shares.items(), key=lambda item: (item[1].value, item[0])))


# --- what blocking never proposes


def never_proposed(split: str) -> Share:
    """Of the true pairs of a split, drawn without any key of ours, those that blocking leaves out."""
    names = list(_lines())
    at = {name: number for number, name in enumerate(names)}
    true = [(at[pair["left"]], at[pair["right"]]) for pair in judged_pairs(split) if pair["verdict"] == "same"]
    return _left_out(_features().values(), true)


def never_proposed_of_generated(listed: Sequence[Known]) -> Share:
    """The same of all true pairs of generated directories."""
    members: defaultdict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(listed):
        members[each.body].append(number)
    true = [pair for numbers in members.values() for pair in combinations(numbers, 2)]
    return _left_out((features("actor", each.record) for each in listed), true)


def _left_out(rows: Iterable[Row], true: Sequence[tuple[int, int]]) -> Share:
    proposed = candidates(add_rarity(table(rows)))
    known = set(zip(proposed["left"].to_pylist(), proposed["right"].to_pylist(), strict=True))
    return Share(count=sum((min(pair), max(pair)) not in known for pair in true), of=len(true))


@cache
def _lines() -> dict[str, JSON]:
    lines = map(json.loads, (JUDGED / "records.ndjson").read_text("utf-8").splitlines())
    return {f"{line['source']}/{line['id']}": line for line in lines}


@cache
def _features() -> dict[str, Row]:
    return {name: features("actor", line["record"]) for name, line in _lines().items()}


def _table(name: str) -> list[dict[str, Any]]:
    with (JUDGED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _member(row: Mapping[str, str]) -> str:
    return f"{row['network']}/{row['local_id']}"


def _name(key: RecordKey) -> str:
    return f"{key.source}/{key.local_id}"


def _brief(found: Quality) -> str:
    return f"{found.precision.value:.3f} / {found.recall.value:.3f}"


def _report() -> None:
    home = homes()
    for split in SPLITS:
        print(f"{split:5} {quality(judged_pairs(split), home)}; exact clusters {exact_clusters(split, home)}")
    for title, group in (("by region", region), ("by kind", kind)):
        print(title)
        for name, found in by_group(judged_pairs("test"), group, home).items():
            print(f"  {name:28} {found}")
    print("never proposed by blocking")
    for split in SPLITS:
        print(f"  {split:28} {never_proposed(split)}")
    print(f"  {'generated, 20,000':28} {never_proposed_of_generated(directories(7, 20_000))}")
    for threshold in THRESHOLDS:
        found = generated(resolved(directories(11, 6_000), threshold))
        judged = "; ".join(f"{split} {_brief(quality(judged_pairs(split), homes(threshold)))}" for split in SPLITS)
        print(f"joining from {threshold:+g}: {judged}; generated {_brief(found.pairs)}")
    for seed in (7, 8):
        _print_generated(f"generated, seed {seed}", resolved(directories(seed, 20_000)))
    for name, seed in (("seen", SEEN), ("held out", HELD_OUT)):
        clusters = resolved(by_another_hand(seed, 20_000))
        _print_generated(f"by another hand, seed {seed}, {name}", clusters)
        for title, shares in (
            ("damage", recall_by(clusters, lambda each: each.damage)),
            ("kind", recall_by(clusters, lambda each: [each.kind])),
        ):
            print(f"  recall by {title}: " + "; ".join(f"{label or 'none'} {share}" for label, share in shares.items()))


def _print_generated(title: str, clusters: Sequence[Sequence[Known]]) -> None:
    found = generated(clusters)
    print(f"{title}: {found.pairs}; exact clusters {found.exact}; largest {found.largest}")
    print(f"  wrong by kinds {dict(found.wrong_by_kinds)}")


if __name__ == "__main__":
    _report()
