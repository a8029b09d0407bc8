"""The gold holds together: real rows, no contradiction, no body on both sides, the promised counts."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable

from tests.hub.resolution.gold import JUDGED, OUTSIDE, demonstrated, member, recorded, table

PAIRS = table("pairs.csv")
CLUSTERS = table("clusters.csv")
MEMBERS = [row for row in CLUSTERS if row["membership"] == "member"]
HOME = {member(row): row["cluster"] for row in MEMBERS}

FIRST_ROUND = "score-band"
NEWEST_ROUND = "test"  # a split of its own: rows of bodies that no earlier round speaks of


def decided(verdict: str) -> list[tuple[str, str]]:
    return [(pair["left"], pair["right"]) for pair in PAIRS if pair["verdict"] == verdict]


def rows_of_clusters(*, with_open: bool) -> list[tuple[str, str]]:
    """Each row tied to the first member of its cluster."""
    first = {row["cluster"]: member(row) for row in reversed(MEMBERS)}
    return [(first[row["cluster"]], member(row)) for row in (CLUSTERS if with_open else MEMBERS)]


def grouped(ties: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Record -> the first local id among all that ties lead to."""
    neighbours: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in ties:
        neighbours[one].add(other)
        neighbours[other].add(one)
    group: dict[str, str] = {}
    for start in sorted(neighbours, key=local_id):
        reached = [] if start in group else [start]
        for record in reached:
            if record not in group:
                group[record] = local_id(start)
                reached.extend(neighbours[record])
    return group


def local_id(record: str) -> str:
    return record.partition("/")[2]


def test_every_row_is_the_demonstrations_own_as_its_mapping_reads_it() -> None:
    demo = dict(demonstrated())
    records = {name: line for name, line in recorded().items() if line["source"] != OUTSIDE}

    assert len(demo) == 2_789
    assert [name for name, line in records.items() if demo.get(name) != line] == []


def test_pairs_and_clusters_name_recorded_rows_and_no_row_is_recorded_for_nothing() -> None:
    names = {name: line["record"]["name"] for name, line in recorded().items()}
    shown = {pair[side]: pair[f"{side}_name"] for pair in PAIRS for side in ("left", "right")}
    shown |= {member(row): row["name"] for row in CLUSTERS}

    assert shown.keys() == names.keys()
    assert [name for name in shown if " ".join(shown[name].split()) != " ".join(names[name].split())] == []


def test_a_pair_is_judged_once_with_a_reason_and_in_order() -> None:
    sides = [(pair["left"], pair["right"]) for pair in PAIRS]

    assert sides == sorted(set(sides))
    assert all(left < right for left, right in sides)
    assert all(pair["reason"] and pair["stratum"] for pair in PAIRS)
    assert {pair["verdict"] for pair in PAIRS} == {"same", "different", "unsure"}


def test_a_row_is_a_member_of_one_cluster_named_after_its_first_member() -> None:
    assert len(HOME) == len(MEMBERS)
    assert {row["cluster"] for row in CLUSTERS} == {
        min(local_id(name) for name, home in HOME.items() if home == cluster) for cluster in set(HOME.values())
    }


def test_no_chain_of_same_leads_to_a_pair_judged_otherwise() -> None:
    body = grouped([*decided("same"), *rows_of_clusters(with_open=False)])

    for verdict in ("different", "unsure"):
        assert [pair for pair in decided(verdict) if body.get(pair[0], pair[0]) == body.get(pair[1], pair[1])] == []


def test_a_cluster_is_complete_for_the_pairs_judged_same() -> None:
    inside = [pair for pair in decided("same") if not any(side.startswith(OUTSIDE) for side in pair)]

    assert [(left, right) for left, right in inside if HOME.get(left, left) != HOME.get(right, right)] == []


def test_a_row_that_may_belong_to_a_cluster_is_listed_there_as_open() -> None:
    listed = {(row["cluster"], member(row)) for row in CLUSTERS if row["membership"] == "open"}
    doubts = {(HOME[one], other) for pair in decided("unsure") for one, other in (pair, pair[::-1]) if one in HOME}

    assert doubts == listed


def test_records_that_any_judgement_ties_are_on_one_side() -> None:
    ties = [(pair["left"], pair["right"]) for pair in PAIRS] + rows_of_clusters(with_open=True)
    family = grouped(ties)
    sides = {(family[pair[side]], pair["split"]) for pair in PAIRS for side in ("left", "right")}
    sides |= {(family[member(row)], row["split"]) for row in CLUSTERS}
    first_round = {family[pair["left"]] for pair in PAIRS if pair["stratum"] == FIRST_ROUND}
    second_round = {(name, side) for name, side in sides if name not in first_round and side != NEWEST_ROUND}

    assert max(Counter(name for name, _ in sides).values()) == 1
    assert [name for name, side in second_round if side != drawn(name)] == []


def drawn(family: str) -> str:
    """The side of a family: the first byte of the SHA-256 of its first local id, even or odd."""
    return ("fit", "tune")[hashlib.sha256(family.encode()).digest()[0] % 2]


def test_the_gold_is_large_and_balanced_enough() -> None:
    verdicts = Counter(
        pair["verdict"] for pair in PAIRS if not any(pair[side].startswith(OUTSIDE) for side in ("left", "right"))
    )
    sizes = Counter(row["cluster"] for row in MEMBERS)
    networks = Counter(cluster for cluster, _ in {(row["cluster"], row["network"]) for row in MEMBERS})
    test = Counter(pair["verdict"] for pair in PAIRS if pair["split"] == NEWEST_ROUND)
    tested = {row["cluster"] for row in MEMBERS if row["split"] == NEWEST_ROUND}

    assert verdicts.total() >= 600
    assert verdicts["unsure"] <= 0.08 * verdicts.total()
    assert 0.3 <= verdicts["same"] / verdicts.total() <= 0.7
    assert test["same"] >= 200
    assert test["different"] >= 200
    assert len(tested) >= 200
    assert len(sizes) >= 150
    assert sum(size == 1 for size in sizes.values()) >= 40
    assert sum(size >= 3 for size in sizes.values()) >= 30
    assert sum(several >= 2 for several in networks.values()) >= 15


def test_the_readme_counts_what_is_there() -> None:
    readme = (JUDGED / "README.md").read_text("utf-8")
    rows = [
        [cell.strip(" `") for cell in line.split("|")[1:-1]] for line in readme.splitlines() if line.startswith("|")
    ]
    told = {(row[0], *row[1:4]) for row in rows if len(row) == 5}
    counts = Counter((pair[column], pair["verdict"]) for pair in PAIRS for column in ("stratum", "split"))
    shown = {
        (name, *(str(counts[name, verdict] or "") for verdict in ("same", "different", "unsure"))) for name, _ in counts
    }

    assert shown - told == set()
    assert f"{len(PAIRS):,} pairs" in readme
    assert f"{len(set(HOME.values()))} whole clusters" in readme
