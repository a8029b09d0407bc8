"""Steering: what a person tells the hub about one source for a time, with who and why."""

from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import Engine

from hub.model.hold import night_of
from hub.model.instruction import Instruction, Kind
from hub.store import instructions, source_keys
from hub.store.source_keys import Trusted
from schemas.errors import NotFound, RequestError
from schemas.signing import is_public_text

log = structlog.get_logger()

OVERLAP = timedelta(days=14)
LONGEST_OVERRIDE_DAYS = 31


def pause(engine: Engine, source: str, *, author: str, reason: str, now: datetime) -> Instruction:
    """Visit a source no more until it is resumed. Raises RequestError when it is paused already."""
    return _give(engine, source, Kind.PAUSE, author, reason, now, None)


def resume(engine: Engine, source: str, *, author: str, reason: str, now: datetime) -> Instruction:
    """Visit a source again. Raises NotFound when it is not paused."""
    return _end(engine, source, Kind.PAUSE, author, reason, now)


def override(engine: Engine, source: str, *, until: date, author: str, reason: str, now: datetime) -> Instruction:
    """Let more leave than the guard would, to the end of a day in France; never the whole directory.

    Raises RequestError for a day that is over or too far away, and when an override is in force already.
    """
    left = (until - night_of(now)).days
    if not 0 <= left <= LONGEST_OVERRIDE_DAYS:
        raise RequestError(f"an override ends today at the earliest, and in {LONGEST_OVERRIDE_DAYS} days at the latest")
    return _give(engine, source, Kind.OVERRIDE, author, reason, now, until)


def end_override(engine: Engine, source: str, *, author: str, reason: str, now: datetime) -> Instruction:
    """Measure as usual again. Raises NotFound when no override is in force."""
    return _end(engine, source, Kind.OVERRIDE, author, reason, now)


def trust(
    engine: Engine, source: str, key: str | None, *, overlap: date | None, author: str, reason: str, now: datetime
) -> list[Trusted]:
    """Exchange the key that a source is known by, or forget all of them; returns those known from now on.

    key:     public, in base64url; None forgets.
    overlap: the last day on which the keys in use are accepted too; in two weeks by default.
    Raises RequestError for what is no key.
    """
    _require_words(author, reason)
    if key is not None and not is_public_text(key):
        raise RequestError("a public key has 43 letters, digits, hyphens and underscores: see `rrma-node key show`")
    with engine.begin() as connection:
        if key is None:
            source_keys.forget(connection, source)
        else:
            new = Trusted(source=source, key=key, author=author, reason=reason, at=now)
            source_keys.trust(connection, new, overlap or night_of(now + OVERLAP))
        log.warning("source.trusted", source=source, key=key, by=author)
        return source_keys.every(connection, source)


def _give(
    engine: Engine, source: str, kind: Kind, author: str, reason: str, now: datetime, until: date | None
) -> Instruction:
    _require_words(author, reason)
    with engine.begin() as connection:
        known = instructions.in_force(connection, kind, night_of(now)).get(source)
        if known is not None:
            raise RequestError(f"{source} has {kind} {known.number} already, by {known.author}: {known.reason}")
        number = instructions.give(connection, source, kind, author=author, reason=reason, at=now, until=until)
        return instructions.get(connection, number)


def _end(engine: Engine, source: str, kind: Kind, author: str, reason: str, now: datetime) -> Instruction:
    _require_words(author, reason)
    with engine.begin() as connection:
        known = instructions.in_force(connection, kind, night_of(now)).get(source)
        if known is None:
            raise NotFound(f"{source} has no {kind}")
        instructions.end(connection, known.number, author=author, reason=reason, at=now)
        return instructions.get(connection, known.number)


def _require_words(author: str, reason: str) -> None:
    if not author.strip() or not reason.strip():
        raise RequestError("say who decides (--by) and why (--reason)")
