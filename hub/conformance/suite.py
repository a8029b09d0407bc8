"""The whole suite: read a node, judge what was read, and say it in one report."""

import time
from datetime import datetime

import httpx

from hub.conformance import beside, changes, http, repair, snapshot
from hub.conformance.bounds import Bounds
from hub.conformance.ledger import Ledger
from hub.conformance.reader import Reader
from hub.conformance.report import Report, findings
from hub.conformance.seen import Seen
from hub.conformance.survey import survey

BOUNDS = Bounds()


def conformance(url: str, now: datetime, *, token: str | None = None, bounds: Bounds = BOUNDS) -> Report:
    """Check the node at an address; a node that cannot be read gets a report as well.

    now: when, for the report; and to tell a manifest of the future.
    """
    began = time.monotonic()
    with httpx.Client(trust_env=False, follow_redirects=False) as client:
        reader = Reader(client, url, token, bounds)
        seen, ledger = _read_still(reader, bounds, now, has_token=token is not None)
    http.address(url, ledger)
    http.replies(tuple(reader.replies), ledger)
    if seen is not None:
        _judge(seen, ledger)
    return Report(
        url=url,
        checked_at=now,
        network=seen.manifest.network.id if seen else None,
        software=seen.manifest.software if seen else None,
        seq=seen.manifest.seq if seen else None,
        findings=findings(ledger.entries),
        requests=len(reader.replies),
        received_bytes=reader.received,
        seconds=time.monotonic() - began,
    )


def _read_still(reader: Reader, bounds: Bounds, now: datetime, *, has_token: bool) -> tuple[Seen | None, Ledger]:
    """Read until the node stands still meanwhile, or for the last time: then comparisons are left out."""
    for _ in range(bounds.attempts):
        ledger = Ledger()
        seen = survey(reader, ledger, bounds, now, has_token=has_token)
        if seen is None or seen.still:
            break
    return seen, ledger


def _judge(seen: Seen, ledger: Ledger) -> None:
    http.judge(seen, ledger)
    snapshot.judge(seen, ledger)
    beside.judge(seen, ledger)
    if seen.is_live:
        changes.judge(seen, ledger)
        repair.judge(seen, ledger)
