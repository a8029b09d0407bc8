from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hub.model.job import CollectionProof, Job, JobStatus, Proof, Tally, derive
from schemas.errors import SourceError

counts = st.integers(0, 3)
digests = st.sampled_from(["0" * 64, "1" * 64])
tallies = st.builds(Tally, **dict.fromkeys(Tally.__dataclass_fields__, counts))
proofs = st.builds(
    Proof,
    seq=counts,
    collections=st.dictionaries(
        st.sampled_from(["actor", "project"]),
        st.builds(
            CollectionProof,
            declared_count=counts,
            declared_digest=digests,
            received_count=counts,
            received_digest=digests,
            stored=counts,
            quarantined=counts,
        ),
    ),
)


class Gone(SourceError):
    retryable = True


errors = st.sampled_from([None, SourceError("somewhere", "refused"), Gone("somewhere", "gone")])


@given(tally=tallies, proof=st.none() | proofs, error=errors)
def test_a_job_succeeds_only_when_everything_is_proved(
    tally: Tally, proof: Proof | None, error: SourceError | None
) -> None:
    status = derive(tally, proof, error)

    proved = proof is not None and all(
        each.declared_count == each.received_count
        and each.declared_digest == each.received_digest
        and each.stored == each.received_count - each.quarantined
        for each in proof.collections.values()
    )
    waits = bool(tally.held or tally.rekeyed or tally.kept)
    assert (status is JobStatus.SUCCEEDED) == (proved and error is None and not waits)
    assert (status is JobStatus.HELD) == (proved and error is None and waits)
    assert status is not JobStatus.RUNNING


def test_an_interrupted_job_is_partial_only_when_something_of_it_was_kept() -> None:
    gone = Gone("somewhere", "connection reset")

    assert derive(Tally(received=1), None, gone) is JobStatus.PARTIAL
    assert derive(Tally(), None, gone) is JobStatus.FAILED
    assert derive(Tally(received=1), None, SourceError("somewhere", "refused")) is JobStatus.FAILED


@given(proof=proofs)
def test_a_proof_survives_being_written_down(proof: Proof) -> None:
    assert Proof.from_json(proof.as_json()) == proof


@given(left=tallies, right=tallies)
def test_tallies_add_up_name_by_name(left: Tally, right: Tally) -> None:
    total = left + right

    assert total.received == left.received + right.received
    assert total.held == left.held + right.held
    assert left + Tally() == left


def test_a_job_tells_its_numbers_as_json() -> None:
    job = Job(number=1, source="centraider", started_at=datetime(2026, 11, 23, tzinfo=UTC), tally=Tally(received=2))

    assert job.as_json()["tally"]["received"] == 2
    assert job.as_json()["status"] == "running"
