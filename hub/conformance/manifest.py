"""feed.json: who speaks, how far its history goes, and what it declares. Pure."""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import orjson

from hub.conformance.ledger import Ledger
from hub.conformance.records import schema_for
from hub.conformance.reply import Reply
from schemas.canonical import EMPTY, JSON, holds_nul
from schemas.feed import FeedError, Manifest
from schemas.geography import region
from schemas.record import COLLECTIONS
from schemas.validate import is_valid, issues

_AHEAD = timedelta(days=1)
_SCHEMA = re.compile(r"[a-z-]+/[0-9]+(\.[0-9]+)?")


def read(reply: Reply, base: str, ledger: Ledger, now: datetime) -> Manifest | None:
    """Judge a manifest; None when nothing more can be asked of its node."""
    hint = "; this feed asks for a token: --token-file" if reply.status in (401, 403) else ""
    told = f"{reply.asked}: {reply.fault or f'HTTP {reply.status}'}{hint} {reply.detail}".strip()
    if not ledger.expect("manifest-found", reply.is_good, told, f"{reply.asked}: HTTP 200"):
        return None
    ledger.expect("manifest-type", reply.media_type == "application/json", f"Content-Type {reply.media_type!r}")
    raw = parsed(reply.body)
    if not ledger.expect("manifest-json", raw is not None, "feed.json is not one I-JSON object") or raw is None:
        return None
    found = ", ".join(f"{issue.code} at {issue.pointer or '/'}" for issue in issues("manifest/1", raw))
    ledger.expect("manifest-members", is_valid("manifest/1", raw), found)
    ledger.expect("manifest-protocol", _speaks(raw.get("protocol")), f"protocol {raw.get('protocol')!r:.60}")
    try:
        manifest = Manifest.from_json(raw)
    except FeedError as error:
        ledger.broken("manifest-members", str(error))
        return None
    _members(manifest, raw, ledger, now)
    _collections(manifest, ledger)
    _links(manifest, base, ledger)
    return manifest


def parsed(body: bytes) -> JSON | None:
    """The one object of an I-JSON text; None when it is anything else."""
    try:
        raw = orjson.loads(body)
        json.loads(body, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) and not holds_nul(body) else None


def _without_twins(pairs: list[tuple[str, Any]]) -> JSON:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a member stated twice")
    return read


def _speaks(protocol: object) -> bool:
    return isinstance(protocol, str) and re.fullmatch(r"rrma-feed/1(\.[0-9]+)?", protocol) is not None


def _members(manifest: Manifest, raw: JSON, ledger: Ledger, now: datetime) -> None:
    ledger.expect("manifest-epoch", _is_uuid(manifest.epoch), f"epoch {manifest.epoch!r:.60} is no UUID")
    floor = manifest.compacted_before
    ledger.expect("manifest-compaction", floor <= manifest.seq, f"compacted_before {floor} is over seq {manifest.seq}")
    late = f"generated_at {manifest.generated_at.isoformat()} is in the future"
    ledger.expect("manifest-time", manifest.generated_at <= now + _AHEAD, late)
    ledger.expect("manifest-licence", bool(raw.get("licence")), "no licence is stated")
    strange = [code for code in manifest.network.regions if region(code) is None]
    ledger.expect("manifest-regions", not strange, f"no INSEE region has the code {', '.join(strange)}")


def _collections(manifest: Manifest, ledger: Ledger) -> None:
    for name, state in manifest.collections.items():
        known = name in COLLECTIONS and _SCHEMA.fullmatch(state.schema) and schema_for(name, state.schema)
        ledger.expect("manifest-collections", bool(known), f"collection {name!r:.40} with schema {state.schema!r:.40}")
        agree = (state.count == 0) == (state.digest == EMPTY.hex)
        ledger.expect("manifest-empty", agree, f"{name}: count {state.count}, digest {state.digest[:12]}…")


def _links(manifest: Manifest, base: str, ledger: Ledger) -> None:
    for name, link in manifest.links.items():
        stays = urlsplit(urljoin(base, link))[:2] == urlsplit(base)[:2]
        ledger.expect("manifest-links", stays, f"links.{name} leaves the host")
    record = manifest.links.get("record", "{collection}{id}")
    whole = "{collection}" in record and "{id}" in record
    ledger.expect("manifest-links", whole, "links.record names no {collection} or no {id}")
    ledger.expect("manifest-links", "snapshot" in manifest.links, "links.snapshot is missing")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def steady(first: Manifest, again: Reply, ledger: Ledger) -> bool:
    """Compare with a manifest read later; gives whether the node stood still in between."""
    raw = parsed(again.body) if again.is_good else None
    try:
        later = Manifest.from_json(raw)
    except FeedError:
        return ledger.expect("manifest-steady", False, "feed.json could not be read a second time")
    if (later.epoch, later.seq) == (first.epoch, first.seq):
        same = dict(later.collections) == dict(first.collections)
        ledger.expect("manifest-steady", same, f"at seq {first.seq}, two different counts or digests")
        return same
    if later.epoch == first.epoch:
        ledger.expect("manifest-steady", later.seq > first.seq, f"seq fell from {first.seq} to {later.seq}")
    return False
