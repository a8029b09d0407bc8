"""A third implementation of the feed, as small as one can be: it shares no code with the node, the hub or `schemas`.

    statements ──► history (one change a line) ──► changes, snapshot, digests, one record
                        └──► live records ──► manifest

Standard library alone. Every part of an answer is a method of its own, so that a broken variant changes one.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, Any]
NDJSON = "application/x-ndjson"
ZEROS = "0" * 64


@dataclass
class Answer:
    """One HTTP answer. length: what Content-Length says, when it is not the truth; stalls: the rest never comes."""

    body: bytes = b""
    type: str = NDJSON
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    stalls: bool = False


def canonical(record: Json) -> bytes:
    """RFC 8785, for records whose numbers are small and whole and whose keys are ASCII."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def line_of(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def problem(status: int, code: str) -> Answer:
    return Answer(json.dumps({"status": status, "code": code}).encode(), "application/problem+json", status)


class ThirdNode:
    """A directory with some history: puts, an update, three kinds of deletes, a re-key."""

    token: str | None = None

    def __init__(self) -> None:
        self.seq, self.compacted_before = 0, 0
        self.history: dict[tuple[str, str, bool], Json] = {}
        self.fill()

    # What it states.

    def fill(self) -> None:
        for number in range(40):
            self.put("actor", f"A-{number}", {"name": f"Comité de jumelage n° {number}", "type": "COLL-COM"})
        self.put("actor", "A/41 é", {"name": "École « Aimé Césaire » d'Orléans", "type": "ASSO-JUM"})
        for number in range(12):
            lead = {"name": "Ville d'Orléans", "country": "FR"}
            project = {"title": f"Puits {number} à Kayes", "lead": lead, "countries": [{"code": "ML"}]}
            self.put("project", f"P-{number}", project)
        self.put("actor", "A-3", {"name": "Comité renommé", "type": "COLL-COM"})
        self.delete("actor", "A-4", reason="withdrawn")
        self.delete("actor", "A-5", reason="merged", into="A-6")
        self.delete("actor", "A-7", reason="moved", to={"network": "gescod", "id": "G-7"})
        self.rekey("actor", "A-8", "A-800")

    def put(self, collection: str, id: str, record: Json) -> None:
        self.say("put", collection, id, hash=self.hash(record), record=record)

    def delete(self, collection: str, id: str, **told: Any) -> None:
        self.say("delete", collection, id, **told)

    def rekey(self, collection: str, id: str, to: str) -> None:
        record = self.history.pop((collection, id, False))["record"]
        self.say("rekey", collection, id, to=to)
        self.put(collection, to, record)

    def say(self, op: str, collection: str, id: str, **told: Any) -> None:
        self.seq += 1
        key = (collection, id, op == "rekey")
        self.history.pop(key, None)
        self.history[key] = {"seq": self.seq, "op": op, "collection": collection, "id": id, **told}

    def compact(self) -> "ThirdNode":
        """Forget tombstones and re-keys."""
        self.history = {key: line for key, line in self.history.items() if line["op"] == "put"}
        self.compacted_before = self.seq - 2
        return self

    def hash(self, record: Json) -> str:
        return sha256(canonical(record))

    # What it adds up to.

    def live(self, collection: str | None = None) -> list[Json]:
        lines = [line for line in self.history.values() if line["op"] == "put"]
        return [line for line in lines if collection in (None, line["collection"])]

    def digest(self, lines: list[Json]) -> str:
        terms = ("\n".join((line["collection"], line["id"], line["hash"])).encode() for line in lines)
        return f"{sum(int(sha256(term), 16) for term in terms) % 2**256:064x}"

    def bucket(self, id: str) -> str:
        return sha256(id.encode())[:2]

    def manifest(self) -> Json:
        return {
            "protocol": "rrma-feed/1",
            "network": {"id": "centraider", "name": "Centraider", "regions": ["24"]},
            "epoch": "3d0f8a52-7c1e-4d0b-9a55-0c9d1f5b7e21",
            "seq": self.seq,
            "compacted_before": self.compacted_before,
            "collections": {name: self.state(name) for name in ("actor", "project", "announcement")},
            "licence": "etalab-2.0",
            "generated_at": "2026-11-22T01:30:00+01:00",
            "software": "third-node/1",
            "links": self.links(),
        }

    def state(self, collection: str) -> Json:
        lines = self.live(collection)
        return {"schema": f"{collection}/1.0", "count": len(lines), "digest": self.digest(lines)}

    def links(self) -> Json:
        return {"changes": "changes", "snapshot": "snapshot.ndjson.gz", "record": "records/{collection}/{id}"}

    # What it answers.

    def page(self, after: int, limit: int) -> list[Json]:
        waiting = [line for line in self.history.values() if line["seq"] > after]
        lines = waiting[:limit]
        more = len(waiting) > limit
        return [*lines, self.end(lines[-1]["seq"] if more else self.seq, more=more)]

    def end(self, seq: int, *, more: bool = False) -> Json:
        return {"end": True, "seq": seq, "more": more}

    def snapshot(self) -> list[Json]:
        return [self.manifest(), *self.live(), self.end(self.seq)]

    def digests(self, collection: str) -> list[Json]:
        rows = []
        for name in (f"{number:02x}" for number in range(256)):
            lines = [line for line in self.live(collection) if self.bucket(line["id"]) == name]
            rows.append({"bucket": name, "count": len(lines), "digest": self.digest(lines)})
        return rows

    def bucket_page(self, collection: str, bucket: str) -> list[Json]:
        lines = [line for line in self.live(collection) if self.bucket(line["id"]) == bucket]
        return [*lines, self.end(self.seq)]

    def record(self, collection: str, id: str) -> Answer:
        line = self.history.get((collection, unquote(id), False))
        return Answer(line_of(line), "application/json") if line else problem(404, "not-found")

    def changes(self, query: Mapping[str, str]) -> Answer:
        if "bucket" in query:
            return self.ndjson(self.bucket_page(query["collection"], query["bucket"]))
        try:
            after, limit = int(query.get("after", 0)), int(query.get("limit", 1000))
        except ValueError:
            return problem(400, "request")
        if after < 0 or limit < 1:
            return problem(400, "request")
        if after < self.compacted_before:
            return self.expired()
        return self.ndjson(self.page(after, limit))

    def expired(self) -> Answer:
        return problem(410, "cursor-expired")

    def ndjson(self, lines: list[Json]) -> Answer:
        return Answer(b"".join(map(self.line, lines)))

    def line(self, value: Json) -> bytes:
        return line_of(value)

    def resource(self, path: str, query: Mapping[str, str]) -> Answer:
        match path.split("/"):
            case ["feed.json"]:
                return Answer(line_of(self.manifest()), "application/json")
            case ["changes"]:
                return self.changes(query)
            case ["snapshot.ndjson.gz"]:
                return Answer(gzip.compress(self.ndjson(self.snapshot()).body, 1, mtime=0), "application/gzip")
            case ["digests", collection]:
                return self.ndjson(self.digests(collection))
            case ["records", collection, id]:
                return self.record(collection, id)
        return problem(404, "not-found")

    def answer(self, path: str, query: Mapping[str, str], asked: Mapping[str, str]) -> Answer:
        if self.token and asked.get("authorization") != f"Bearer {self.token}":
            return problem(401, "unauthorised")
        answer = self.resource(path, query)
        if answer.status != 200:
            return answer
        return self.coded(self.conditional(answer, asked), asked)

    def conditional(self, answer: Answer, asked: Mapping[str, str]) -> Answer:
        etag = f'"{sha256(answer.body)[:16]}"'
        answer.headers["ETag"] = etag
        if asked.get("if-none-match") == etag:
            return Answer(b"", answer.type, 304, answer.headers)
        return answer

    def coded(self, answer: Answer, asked: Mapping[str, str]) -> Answer:
        if answer.type == NDJSON and "gzip" in asked.get("accept-encoding", ""):
            answer.headers["Content-Encoding"] = "gzip"
            answer.body = gzip.compress(answer.body, 1)
        return answer


@contextmanager
def serving(node: Any) -> Iterator[str]:
    """Serve a node, anything with `answer(path, query, headers)`, on a free port of loopback; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # head and body in one packet: two wait for each other's acknowledgement

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            asked = {name.lower(): value for name, value in self.headers.items()} | {"method": self.command}
            self.reply(node.answer(parts.path.lstrip("/"), query, asked))

        def do_HEAD(self) -> None:
            self.do_GET()

        def reply(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.type)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 304:
                self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.close_connection = answer.length is not None and not answer.stalls
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
