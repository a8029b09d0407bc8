from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from hub.model.job import CollectionProof, Job, JobStatus, Proof, Tally
from hub.store import jobs, sources
from hub.store.engine import reading
from hub.store.sources import Position, Superseded
from tests.hub.visits import source_at

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
PROOF = Proof(
    seq=7,
    collections={
        "actor": CollectionProof(
            declared_count=1,
            declared_digest="0" * 64,
            received_count=1,
            received_digest="0" * 64,
            stored=1,
            quarantined=0,
        )
    },
)


def ended(number: int, status: JobStatus = JobStatus.SUCCEEDED) -> Job:
    return Job(
        number=number,
        source="centraider",
        started_at=NOW,
        ended_at=NOW,
        status=status,
        tally=Tally(received=3, accepted=2, quarantined=1),
        proof=PROOF,
        reason="because",
        notes=("grown",),
    )


def test_a_job_is_read_back_as_it_ended(engine: Engine) -> None:
    with engine.begin() as connection:
        number = jobs.begin(connection, "centraider", NOW)
        running = jobs.get(connection, number)
        jobs.finish(connection, ended(number))

    with reading(engine) as connection:
        assert running is not None
        assert running.status is JobStatus.RUNNING
        assert jobs.get(connection, number) == ended(number)
        assert jobs.newest(connection) == jobs.newest(connection, "centraider") == [ended(number)]
        assert jobs.last_of_each(connection) == {"centraider": ended(number)}
        assert [job.proof for job in jobs.accepted(connection, "centraider")] == [PROOF]
        assert jobs.get(connection, number + 1) is None


def test_a_job_that_was_interrupted_is_closed_by_the_next_one(engine: Engine) -> None:
    with engine.begin() as connection:
        first = jobs.begin(connection, "centraider", NOW)
        jobs.begin(connection, "centraider", NOW)
        left = jobs.get(connection, first)

    assert left is not None
    assert (left.status, left.error) == (JobStatus.FAILED, "interrupted")


def test_only_accepted_jobs_count_as_history_and_it_starts_again_where_more_was_let_go(engine: Engine) -> None:
    with engine.begin() as connection:

        def end(status: JobStatus, kept: int = 0, held: int = 0, waived: str | None = None) -> int:
            job = ended(jobs.begin(connection, "centraider", NOW), status)
            jobs.finish(connection, replace(job, tally=Tally(kept=kept, held=held), waived=waived))
            return job.number

        end(JobStatus.SUCCEEDED)
        restarted = end(JobStatus.SUCCEEDED, waived="confirmed")
        kept = end(JobStatus.HELD, kept=3)
        end(JobStatus.HELD, held=3)
        end(JobStatus.FAILED)
        end(JobStatus.PARTIAL)

        assert [job.number for job in jobs.accepted(connection, "centraider")] == [kept, restarted]


def test_a_cursor_is_where_it_was_left(engine: Engine) -> None:
    with engine.begin() as connection:
        sources.register(connection, source_at("http://node.example"))
        job = jobs.begin(connection, "centraider", NOW)
        first = sources.take_over(connection, "centraider", job)
        sources.advance(connection, "centraider", job, "epoch-1", 7)
        jobs.finish(connection, ended(job))
        sources.settle(connection, "centraider", job, etag='"v"', proved=True)
        second = sources.take_over(connection, "centraider", job)

    assert first == Position()
    assert second == Position(epoch="epoch-1", seq=7, etag='"v"', proof=PROOF)


def test_what_was_not_proved_is_not_taken_for_proved(engine: Engine) -> None:
    with engine.begin() as connection:
        job = jobs.begin(connection, "centraider", NOW)
        sources.take_over(connection, "centraider", job)
        jobs.finish(connection, ended(job, JobStatus.HELD))
        sources.settle(connection, "centraider", job, etag='"v"', proved=False)
        assert sources.take_over(connection, "centraider", job) == Position()


def test_a_visit_that_was_overtaken_may_not_write(engine: Engine) -> None:
    with engine.begin() as connection:
        sources.take_over(connection, "centraider", 1)
        sources.take_over(connection, "centraider", 2)
        sources.fence(connection, "centraider", 2)
        for write in (
            lambda: sources.fence(connection, "centraider", 1),
            lambda: sources.advance(connection, "centraider", 1, "e", 1),
        ):
            with pytest.raises(Superseded):
                write()
        sources.settle(connection, "centraider", 1, etag='"old"', proved=True)
        assert sources.take_over(connection, "centraider", 3) == Position()


def test_a_network_is_known_by_how_it_was_last_configured(engine: Engine) -> None:
    with engine.begin() as connection:
        sources.register(connection, source_at("http://node.example", regions=("24",)))
        sources.register(
            connection, source_at("http://node.example", regions=("24", "44"), website="https://a.example")
        )
        [network] = sources.networks(connection)

    assert (network.name, network.regions, network.website) == ("centraider", ("24", "44"), "https://a.example")
