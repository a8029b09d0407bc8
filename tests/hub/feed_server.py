"""A node of our own making, over real HTTP on loopback: it speaks the feed from scratch, and misbehaves when told.

It shares no code with the node or with `schemas`, so that what both believe by mistake is found here.
"""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

NDJSON = "application/x-ndjson"


@dataclass(frozen=True)
class Answer:
    """What one request gets. body: bytes, or chunks sent as they come; `length` may lie about them."""

    body: bytes | Iterator[bytes] = b""
    type: str = NDJSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


Question = dict[str, str]


def spell(record: Any) -> bytes:
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def content_hash(record: Any) -> str:
    return hashlib.sha256(spell(record)).hexdigest()


def digest(rows: Iterator[tuple[str, str, str]]) -> str:
    total = sum(int.from_bytes(hashlib.sha256("\n".join(row).encode()).digest(), "big") for row in rows)
    return f"{total % 2**256:064x}"


def actor(name: str, **more: Any) -> dict[str, Any]:
    """The smallest valid actor, unless more is said."""
    return {"name": name, "type": "ASSO", **more}


class FakeNode:
    """A directory and its history. `faults`: path -> what to answer instead of the truth; `most`: lines an answer."""

    def __init__(self, network: str = "centraider", epoch: str = "epoch-1") -> None:
        self.network, self.epoch, self.seq, self.compacted_before = network, epoch, 0, 0
        self.live: dict[tuple[str, str], dict[str, Any]] = {}
        self.lines: list[dict[str, Any]] = []
        self.faults: dict[str, Callable[[Question], Answer]] = {}
        self.links = {"changes": "changes", "snapshot": "snapshot.ndjson.gz"}
        self.asked: list[str] = []
        self.most = 10_000

    def put(self, id: str, record: Any, collection: str = "actor", **said: Any) -> "FakeNode":
        line = {"op": "put", "collection": collection, "id": id, "hash": content_hash(record), "record": record} | said
        return self._say(line)

    def delete(self, id: str, collection: str = "actor", **said: Any) -> "FakeNode":
        return self._say({"op": "delete", "collection": collection, "id": id, **said})

    def rekey(self, id: str, to: str, collection: str = "actor") -> "FakeNode":
        held = self.live.get((collection, id))
        self._say({"op": "rekey", "collection": collection, "id": id, "to": to})
        return self.put(to, held["record"], collection) if held else self

    def restart(self, epoch: str) -> "FakeNode":
        """A history that starts again with what is live now."""
        self.epoch, self.seq, self.lines = epoch, 0, []
        for line in list(self.live.values()):
            self._say(line)
        return self

    def compact(self) -> "FakeNode":
        """Forget all tombstones and old versions."""
        self.lines = sorted(self.live.values(), key=lambda line: line["seq"])
        self.compacted_before = self.seq
        return self

    def manifest(self) -> dict[str, Any]:
        collections = sorted({"actor"} | {collection for collection, _ in self.live})
        return {
            "protocol": "rrma-feed/1",
            "network": {"id": self.network, "name": self.network.title(), "regions": ["24"]},
            "epoch": self.epoch,
            "seq": self.seq,
            "compacted_before": self.compacted_before,
            "collections": {name: {"schema": f"{name}/1.0", **self._state(name)} for name in collections},
            "licence": "etalab-2.0",
            "generated_at": "2026-11-23T01:30:00Z",
            "software": "fake/1",
            "links": self.links,
            "new_member": "ignored",
        }

    def answer(self, path: str, question: Question) -> Answer:
        self.asked.append(path)
        if path in self.faults:
            return self.faults[path](question)
        match path.split("/"):
            case ["feed.json"]:
                return Answer(json.dumps(self.manifest()).encode(), "application/json")
            case ["changes"] if "bucket" in question:
                return Answer(ndjson([*self._bucket(question), end(self.seq)]))
            case ["changes"]:
                return self.changes(question)
            case ["snapshot.ndjson.gz"]:
                return Answer(gzip.compress(self.snapshot(), 1), "application/gzip")
            case ["digests", collection]:
                return Answer(ndjson(self._buckets(collection)))
        return Answer(b"{}", "application/problem+json", 404)

    def snapshot(self) -> bytes:
        return ndjson([self.manifest(), *self.live.values(), end(self.seq)])

    def _say(self, line: dict[str, Any]) -> "FakeNode":
        self.seq += 1
        line = {"seq": self.seq} | line | {"seq": self.seq}
        self.lines.append(line)
        key = (line["collection"], line["id"])
        if line["op"] == "put":
            self.live[key] = line
        else:
            self.live.pop(key, None)
        return self

    def changes(self, question: Question) -> Answer:
        after, limit = int(question["after"]), min(int(question["limit"]), self.most)
        if after < self.compacted_before:
            return Answer(b'{"code": "cursor-expired"}', "application/problem+json", 410)
        newest = {(line["collection"], line["id"], line["op"] == "rekey"): line for line in self.lines}
        lines = [line for line in newest.values() if line["seq"] > after]
        lines = sorted(lines, key=lambda line: line["seq"])
        page, more = lines[:limit], len(lines) > limit
        body = ndjson([*page, end(page[-1]["seq"] if more else self.seq, more=more)])
        return Answer(gzip.compress(body, 1), headers={"Content-Encoding": "gzip"})

    def _state(self, collection: str) -> dict[str, Any]:
        held = [line for line in self.live.values() if line["collection"] == collection]
        return {"count": len(held), "digest": digest((collection, line["id"], line["hash"]) for line in held)}

    def _bucket(self, question: Question) -> list[dict[str, Any]]:
        wanted = (question["collection"], question["bucket"])
        return [line for line in self.live.values() if (line["collection"], bucket(line["id"])) == wanted]

    def _buckets(self, collection: str) -> list[dict[str, Any]]:
        held: dict[str, list[tuple[str, str, str]]] = {f"{number:02x}": [] for number in range(256)}
        for line in self.live.values():
            if line["collection"] == collection:
                held[bucket(line["id"])].append((collection, line["id"], line["hash"]))
        return [{"bucket": name, "count": len(rows), "digest": digest(iter(rows))} for name, rows in held.items()]


def end(seq: int, *, more: bool = False) -> dict[str, Any]:
    return {"end": True, "seq": seq, "more": more}


def ndjson(lines: Any) -> bytes:
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def bucket(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()[:2]


@contextmanager
def serving(answer: Callable[[str, Question], Answer]) -> Iterator[str]:
    """Serve answers on a free port of loopback; gives the base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            question = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self._send(answer(parts.path.lstrip("/"), question))

        def _send(self, given: Answer) -> None:
            whole = given.body if isinstance(given.body, bytes) else None
            length = given.length if given.length is not None else len(whole) if whole is not None else None
            self.send_response(given.status)
            self.send_header("Content-Type", given.type)
            for name, value in given.headers.items():
                self.send_header(name, value)
            if length is not None:
                self.send_header("Content-Length", str(length))
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            try:
                for chunk in [whole] if whole is not None else given.body:
                    self.wfile.write(chunk)
                    self.wfile.flush()
            except (BrokenPipeError, ConnectionResetError):
                pass  # the reader had enough

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
