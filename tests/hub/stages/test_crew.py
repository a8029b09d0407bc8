"""The tasks of a release, shared by processes that are really several."""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from hub.stages import crew
from hub.stages.crew import Task


def said(word: str) -> str:
    return word


def told(given: Mapping[str, str]) -> dict[str, str]:
    return dict(given)


def wait_for_a_word(pipe: Path) -> str:
    return pipe.read_text("utf-8")


def pass_a_word(pipe: Path) -> None:
    pipe.write_text("read back", "utf-8")


def refuse() -> None:
    raise ValueError("no")


def tasks(pipe: Path) -> list[Task]:
    """A writer that goes on until what another wrote was read back; what is told must come last."""
    return [
        Task(name="tables", work=partial(said, "tables"), makes=("actors.csv", "actors.ods")),
        Task(name="index", work=partial(wait_for_a_word, pipe)),
        Task(name="actors.csv, read back", work=partial(pass_a_word, pipe), after=("actors.csv",)),
        Task(name="seal", work=told, after=("actors.ods", "index", "there already"), takes=True),
    ]


def test_a_file_is_read_back_while_others_are_being_written(tmp_path: Path) -> None:
    """Were it not, neither would ever end: each end of the pipe waits for the other."""
    os.mkfifo(tmp_path / "pipe")

    with crew.gathered(2) as hands:
        found = hands(tasks(tmp_path / "pipe"))

    assert found == {
        "tables": "tables",
        "index": "read back",
        "actors.csv, read back": None,
        "seal": {"tables": "tables", "index": "read back"},
    }


def test_alone_tasks_are_done_in_order_and_take_what_they_come_after() -> None:
    some = [
        Task(name="b", work=partial(said, "B"), makes=("b.csv",)),
        Task(name="a", work=partial(said, "A")),
        Task(name="seal", work=told, after=("b.csv",), takes=True),
    ]

    with crew.gathered(1) as hands:
        found = hands(some)

    assert list(found.items()) == [("b", "B"), ("a", "A"), ("seal", {"b": "B"})]


def test_what_went_wrong_says_in_which_task() -> None:
    with crew.gathered(1) as hands, pytest.raises(ValueError, match="no") as raised:
        hands([Task(name="tables", work=refuse)])

    assert raised.value.__notes__ == ["while working on tables"]
