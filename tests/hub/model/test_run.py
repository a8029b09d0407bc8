from itertools import product

import pytest

from hub.model.job import JobStatus
from hub.model.run import Evidence, RunStatus, derive


def evidence(
    *visits: JobStatus | None,
    resolved: bool = True,
    compiled: bool = True,
    accounted: bool = True,
    released: bool = True,
) -> Evidence:
    named = {f"source-{number}": status for number, status in enumerate(visits)}
    return Evidence(
        visits=named, resolved=resolved, compiled=compiled, accounted=accounted, released=released, release="r"
    )


OK, HELD, PARTIAL, FAILED = JobStatus.SUCCEEDED, JobStatus.HELD, JobStatus.PARTIAL, JobStatus.FAILED


@pytest.mark.parametrize(
    ("visits", "status"),
    [
        ((OK, OK), RunStatus.SUCCEEDED),
        ((OK, HELD), RunStatus.HELD),
        ((OK, FAILED), RunStatus.PARTIAL),
        ((HELD, PARTIAL), RunStatus.PARTIAL),
        ((FAILED, PARTIAL), RunStatus.FAILED),
        ((OK, JobStatus.RUNNING), RunStatus.PARTIAL),
        ((OK, None), RunStatus.FAILED),
    ],
)
def test_the_status_follows_from_the_visits_when_the_rest_is_proved(
    visits: tuple[JobStatus | None, ...], status: RunStatus
) -> None:
    assert derive(evidence(*visits), None) is status


@pytest.mark.parametrize("holds", [each for each in product((True, False), repeat=4) if not all(each)])
def test_a_stage_that_left_nothing_to_show_is_no_success(holds: tuple[bool, ...]) -> None:
    found = evidence(OK, resolved=holds[0], compiled=holds[1], accounted=holds[2], released=holds[3])

    assert derive(found, None) is RunStatus.FAILED
    assert found.missing == tuple(
        stage for stage, proved in zip(("resolve", "compile", "account", "release"), holds, strict=True) if not proved
    )


def test_reaching_the_end_is_no_success_and_neither_is_stopping_on_the_way() -> None:
    assert derive(None, None) is RunStatus.FAILED
    assert derive(evidence(OK), "release-busy") is RunStatus.FAILED


def test_evidence_is_read_back_as_it_was_written() -> None:
    found = evidence(OK, None, HELD, compiled=False)

    assert Evidence.from_json(found.as_json()) == found
