"""Builders of accepted records; a test names only the fields it is about."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hub.model.match import Judgement, Verdict
from hub.model.record import Accepted, Founding
from hub.resolution import resolve_records
from schemas.canonical import JSON, content_hash
from schemas.record import RecordKey

START = datetime(2026, 11, 1, tzinfo=UTC)


def accepted(network: str, local_id: str, payload: JSON, collection: str = "actor") -> Accepted:
    key = RecordKey(collection, network, local_id)
    return Accepted(
        key=key, payload=payload, hash=content_hash(payload), modified_at=None, founded=Founding(START, key)
    )


def actor(network: str, local_id: str, name: str, *, insee: str = "", city: str = "", **payload: Any) -> Accepted:
    seat = {"insee": insee} | ({"city": city} if city else {}) if insee else {}
    return accepted(network, local_id, {"name": name, "type": "ASSO"} | ({"seat": seat} if seat else {}) | payload)


def judged(one: Accepted, other: Accepted, verdict: Verdict, at: datetime = START) -> Judgement:
    return Judgement(left=one.key, right=other.key, verdict=verdict, author="ada", reason="phone call", at=at)


def are_one(one: Accepted, other: Accepted, *others: Accepted) -> bool:
    """Whether resolution finds two records to be of one thing, among others."""
    return together(resolve_records([one, other, *others]).clusters, one, other)


def together(clusters: Iterable[frozenset[RecordKey]], *records: Accepted) -> bool:
    return any({record.key for record in records} <= cluster for cluster in clusters)
