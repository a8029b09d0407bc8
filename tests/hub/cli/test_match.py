"""`rrma-hub match`: files in, clusters out; night by night as at once."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hub.cli import match
from hub.resolution.keeping import OtherVersion
from tests.directories import directories

Line = Mapping[str, Any]


def lines(seed: int, count: int) -> dict[str, Line]:
    return {f"{each.source}/{each.id}": each.as_line() for each in directories(seed, count)}


def run(folder: Path, some: Iterable[Line | str], *options: str) -> Result:
    given = folder / "given.ndjson"
    given.write_text("".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in some), "utf-8")
    return CliRunner().invoke(match.app, [str(given), "--out", str(folder / "out.csv"), *options])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def clusters(folder: Path, some: Iterable[Line | str], *options: str) -> bytes:
    found = run(folder, some, *options)
    assert found.exit_code in (0, 3), found.output
    return (folder / "out.csv").read_bytes()


def deleted(line: Line) -> Line:
    return {"source": line["source"], "id": line["id"], "op": "delete"}


def test_every_record_is_in_one_cluster_that_is_named_after_its_first_record(tmp_path: Path) -> None:
    base = lines(1, 400)

    clusters(tmp_path, base.values())

    rows = table(tmp_path / "out.csv")
    assert [row["record_id"] for row in rows] == sorted(base)
    first: dict[str, str] = {}
    for row in rows:
        assert first.setdefault(row["cluster_id"], row["record_id"]) == row["cluster_id"]
    assert len(first) < len(rows)


def test_pairs_are_told_with_parts_that_add_up(tmp_path: Path) -> None:
    found = run(tmp_path, lines(2, 400).values(), "--pairs", str(tmp_path / "pairs.csv"))

    home = {row["record_id"]: row["cluster_id"] for row in table(tmp_path / "out.csv")}
    pairs = table(tmp_path / "pairs.csv")
    assert found.exit_code == 0
    assert pairs
    for pair in pairs:
        assert pair["left"] < pair["right"]
        assert home[pair["left"]] == home[pair["right"]]
        assert sum(json.loads(pair["parts"]).values()) == pytest.approx(float(pair["log_odds"]), abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_nights_of_changes_end_where_one_call_with_everything_ends(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    pool, base = lines(seed, 500), {}
    state = ("--state", str(tmp_path / "state"))

    for _ in range(4):
        keys = chance.sample(sorted(pool), chance.randint(1, 300))
        changed = {key: pool[key] | {"record": pool[chance.choice(keys)]["record"]} for key in keys[::4]}
        changed |= {key: pool[key] for key in keys if key not in changed}
        gone = [key for key in sorted(base) if key not in changed and chance.random() < 0.1]
        base = {key: line for key, line in (base | changed).items() if key not in gone}
        night = [*changed.values(), *(deleted(pool[key]) for key in gone)]
        chance.shuffle(night)

        assert clusters(tmp_path, night, *state) == clusters(tmp_path, base.values())


def test_many_nights_stay_compact_and_a_night_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    base = list(lines(3, 120).values())
    folder = tmp_path / "state"
    for at, line in enumerate(base[:40]):
        renamed = line | {"record": line["record"] | {"name": f"Nom {at}"}}
        clusters(tmp_path, [line if at % 2 else renamed], "--state", str(folder))
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}

    told = run(tmp_path, base[1:40:2], "--state", str(folder), "--json")

    assert json.loads(told.stdout)["compared"] == 0
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert len(list(folder.glob("rows-*.arrow"))) <= 24


def test_the_last_line_on_a_record_stands_and_threads_change_nothing(tmp_path: Path) -> None:
    base = lines(4, 300)
    twice = [base[key] | {"record": {"name": "Autre chose", "type": "ASSO"}} for key in sorted(base)[:50]]
    again = [deleted(base[key]) for key in sorted(base)[50:80]]
    mixed = [*twice, *again, *base.values()]

    assert clusters(tmp_path, mixed) == clusters(tmp_path, base.values(), "--threads", "3")


def test_a_line_that_says_nothing_is_left_out_and_told_and_an_odd_record_is_matched_on_what_it_has(
    tmp_path: Path,
) -> None:
    good = {"source": "a", "id": "1", "record": {"name": "Juvisy Tillabéri", "type": "ASSO"}}
    odd = {"source": "b", "id": "1", "record": {"name": "JUVISY-TILLABERI", "phone": 3}}
    some = [good, "{", '"text"', {"source": "a"}, {"source": "a", "id": "2"}, odd, ""]

    found = run(tmp_path, some, "--json")

    told = json.loads(found.stdout)
    assert found.exit_code == 3
    assert [each["line"] for each in told["left_out"]] == [2, 3, 4, 5]
    assert "ce n'est pas du JSON, à partir du caractère 2" in told["left_out"][0]["message"]
    assert {each["record_id"] for each in told["invalid"]} == {"b/1"}
    assert {row["cluster_id"] for row in table(tmp_path / "out.csv")} == {"a/1"}
    assert "given.ndjson:2:" in run(tmp_path, some).stderr


def test_the_order_of_arrival_changes_not_one_byte(tmp_path: Path) -> None:
    some, pairs = list(lines(7, 300).values()), tmp_path / "pairs.csv"
    told = clusters(tmp_path, some, "--pairs", str(pairs)), pairs.read_bytes()

    Random(1).shuffle(some)

    assert (clusters(tmp_path, some, "--pairs", str(pairs)), pairs.read_bytes()) == told


def test_the_mark_that_windows_sets_before_a_text_is_no_fault(tmp_path: Path) -> None:
    given = tmp_path / "given.ndjson"
    given.write_text('{"source": "a", "id": "1", "record": {"name": "Eau vive", "type": "ASSO"}}\n', "utf-8-sig")

    found = CliRunner().invoke(match.app, [str(given), "--out", str(tmp_path / "out.csv")])

    assert (found.exit_code, len(table(tmp_path / "out.csv"))) == (0, 1)


@pytest.mark.parametrize("some", [[], [{"source": "a", "id": "1", "op": "delete"}]])
def test_nothing_to_match_is_an_empty_table(tmp_path: Path, some: list[Line]) -> None:
    assert clusters(tmp_path, some).decode().split() == ["record_id,cluster_id"]


def test_another_model_compares_what_was_kept_anew(tmp_path: Path) -> None:
    folder, other = tmp_path / "state", tmp_path / "other.json"
    base = lines(6, 300)
    some = list(base.values())[:250]
    clusters(tmp_path, some, "--state", str(folder))
    model = json.loads((Path(match.__file__).parents[1] / "resolution" / "model.json").read_text("utf-8"))
    model["collections"]["actor"]["bias"] = -9
    other.write_text(json.dumps(model), "utf-8")
    night = [*list(base.values())[250:], deleted(some[0])]
    options = ("--model", str(other))

    found = clusters(tmp_path, night, "--state", str(folder), *options)

    assert found == clusters(tmp_path, list(base.values())[1:], *options)
    assert found == clusters(tmp_path, [], "--state", str(folder), *options)


def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    line = {"source": "a", "id": "1", "record": {"name": "Eau vive", "type": "ASSO"}}
    clusters(tmp_path, [line], "--state", str(folder))
    state = json.loads((folder / "state.json").read_text("utf-8"))
    (folder / "state.json").write_text(json.dumps(state | {"features": "0"}), "utf-8")

    assert isinstance(run(tmp_path, [line], "--state", str(folder)).exception, OtherVersion)


def test_it_starts_as_a_command_of_the_program(tmp_path: Path) -> None:
    given = tmp_path / "given.ndjson"
    given.write_text("", "utf-8")

    command = [sys.executable, "-m", "hub.cli", "match", str(given), "--out", str(tmp_path / "out.csv"), "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (answer.returncode, json.loads(answer.stdout)["records"]) == (0, 0)
