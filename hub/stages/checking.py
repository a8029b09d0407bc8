"""Checking: who may a draft already be, among all that the hub knows, published or waiting? Nothing is stored.

    versions of every actor ──► register, once after each change ──┐
    draft ──► one more record ─────────────────────────────────────┴─► pairs worth a look, each in words

Of what a network did not publish, another is told that it is there, and whose it is: no name, and no value but its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
from sqlalchemy import Connection, Engine

from hub.model.imprint import Imprint
from hub.resolution import Model
from hub.resolution.block import Couples
from hub.resolution.components import ends
from hub.resolution.features import Row, features, table
from hub.resolution.register import Register, revise, scored
from hub.resolution.resolve import Part, parts
from hub.resolution.score import score
from hub.store import feedback, known
from hub.store.engine import reading
from hub.store.known import Version
from schemas.canonical import JSON
from schemas.record import RecordKey

COLLECTION = "actor"
# Log-odds from which a pair is worth a person's look: one in eight is the same body, by the model's own reckoning.
WORTH_A_LOOK = -2.0
MOST_MATCHES = 20
_COUNTED_ONLY = "counted-only"
_NOBODY = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What drafts are compared with. versions: by place in the register. stamp: of what it was made of."""

    stamp: list[object]
    versions: Sequence[Version]
    register: Register


class Checker:
    """Keeps the register between two drafts. `model`: what this hub resolves with."""

    def __init__(self, engine: Engine, model: Model, imprint: Imprint) -> None:
        self._engine, self._imprint = engine, imprint
        self._weights = model.collections[COLLECTION]
        self._wide = replace(self._weights, bias=self._weights.bias - WORTH_A_LOOK)
        self._lock = Lock()
        self._base: _Base | None = None
        self._rows: dict[str, Row] = {}

    def matches(self, network: str, draft: JSON, local_id: str | None = None) -> list[JSON]:
        """Who the draft may already be, the likeliest first.

        local_id: of the network's own record that the draft would replace, which is no match.
        """
        base = self.ready()
        here = len(base.versions)
        register = revise(base.register, [_id(here)], table([features(COLLECTION, draft)]), _NOBODY, self._wide)
        left, right = ends(register.ties)
        couples = register.ties[(left == here) | (right == here)]
        if not len(couples):
            return []
        found: dict[RecordKey, tuple[Version, float, tuple[Part, ...]]] = {}
        for version, log_odds, said in self._compared(base, register, couples, network):
            key = version.key
            if key != RecordKey(COLLECTION, network, local_id or "") and (key not in found or found[key][1] < log_odds):
                found[key] = version, log_odds, said
        best = sorted(found.values(), key=lambda each: (-each[1], each[0].key))[:MOST_MATCHES]
        with reading(self._engine) as connection:
            homes = known.homes(connection, [version.key for version, _, _ in best])
            titles = known.titles(connection)
        return [
            self._told(version, network, titles, homes.get(version.key))
            | {"log_odds": round(log_odds, 2), "probability": round(1 / (1 + math.exp(-log_odds)), 3)}
            | {"parts": [{"name": part.name, "weight": part.weight, "text_fr": part.text_fr} for part in said]}
            for version, log_odds, said in best
        ]

    def ready(self) -> _Base:
        """The register of what stands now; made again when that changed."""
        with self._lock, reading(self._engine) as connection:
            stamp = _stamp(connection)
            if self._base is None or self._base.stamp != stamp:
                self._base = self._made(stamp, list(known.versions(connection, COLLECTION)))
            return self._base

    def _made(self, stamp: list[object], versions: Sequence[Version]) -> _Base:
        """Names are read once: a record that did not change keeps its row."""
        rows = {each.hash: self._rows.get(each.hash) or features(COLLECTION, each.payload) for each in versions}
        ids = [_id(place) for place in range(len(versions))]
        told = table(rows[each.hash] for each in versions)
        register = revise(Register.empty(), ids, told, _NOBODY, self._wide)
        self._rows = rows
        return _Base(stamp=stamp, versions=versions, register=register)

    def _compared(
        self, base: _Base, register: Register, couples: Couples, network: str
    ) -> list[tuple[Version, float, tuple[Part, ...]]]:
        """Each version of the couples with its log-odds and what speaks for and against, in words."""
        pairs, rows = scored(register, couples)
        told, here = rows.to_pylist(), len(base.versions)
        lines = score(pairs, rows, self._weights).to_pylist()
        found = []
        for left, right, line in zip(*map(np.ndarray.tolist, ends(couples)), lines, strict=True):
            sides = {left: told[line["left"]], right: told[line["right"]]}
            [place] = sides.keys() - {here}
            version = base.versions[place]
            theirs = sides[place] if _is_shown(version, network) else _BLANK
            found.append((version, float(line["log_odds"]), parts(line, sides[here], theirs, self._weights)))
        return found

    def _told(self, version: Version, network: str, titles: dict[str, str], home: tuple[str, str] | None) -> JSON:
        source, state = version.key.source, "published" if version.is_published else str(version.state)
        told: JSON = {"network": source, "network_title": titles.get(source, source), "state": state}
        if not _is_shown(version, network):
            return told
        told |= {"id": version.key.local_id, "name": version.payload.get("name")}
        seat = version.payload.get("seat")
        if isinstance(seat, dict) and isinstance(seat.get("city"), str):
            told["city"] = seat["city"]
        if home is not None:
            national_id, publication = home
            told["national_id"] = national_id
            if publication != _COUNTED_ONLY and self._imprint.site:
                told["url"] = self._imprint.record(COLLECTION, national_id)
        return told


def _is_shown(version: Version, network: str) -> bool:
    """Whether a network may see this version: its own, or one that anybody may see on the portal."""
    public = version.is_published and version.payload.get("publication") != _COUNTED_ONLY
    return public or version.key.source == network


def _stamp(connection: Connection) -> list[object]:
    return [[name, feedback.shape(connection, name)] for name in feedback.sources_of_records(connection)]


def _id(place: int) -> str:
    return f"{place:010}"


_BLANK = features(COLLECTION, {})
