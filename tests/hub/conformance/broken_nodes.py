"""The third node, broken on purpose: each variant replaces one method, and names the check that must catch it."""

import gzip
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hub.conformance.bounds import Bounds
from tests.hub.conformance.signed_node import KEY, OTHER, beside, lying_beside, public, signing
from tests.hub.conformance.third_node import ZEROS, Answer, Json, ThirdNode, canonical, problem, sha256

BOUNDS = Bounds(small_pages=6, timeout_s=20)
TOKEN = "jeton"
NAME = "A-1"


@dataclass(frozen=True, kw_only=True)
class Variant:
    """code: the check that must fail. methods: what replaces the third node's own, by name."""

    what: str
    code: str
    methods: Mapping[str, Any]
    token: str | None = None
    bounds: Bounds = field(default=BOUNDS)

    def node(self) -> ThirdNode:
        return type("BrokenNode", (ThirdNode,), dict(self.methods))()


VARIANTS: list[Variant] = []


def breaks(code: str, what: str, *, token: str | None = None, bounds: Bounds = BOUNDS, **methods: Any) -> None:
    VARIANTS.append(Variant(what=what, code=code, methods=methods, token=token, bounds=bounds))


# Ways to break one part and leave the rest as it is.


def manifest(**over: Any) -> Callable[..., Json]:
    return lambda self: ThirdNode.manifest(self) | over


def network(**over: Any) -> Callable[..., Json]:
    def stated(self: ThirdNode) -> Json:
        whole = ThirdNode.manifest(self)
        return whole | {"network": whole["network"] | over}

    return stated


def actors(**over: Any) -> Callable[..., Json]:
    """The state of the actors, told wrongly."""
    return lambda self, name: ThirdNode.state(self, name) | (over if name == "actor" else {})


def answered(path: str, **over: Any) -> Callable[..., Answer]:
    """The whole answer of one path, changed."""

    def resource(self: ThirdNode, asked: str, query: Mapping[str, str]) -> Answer:
        answer = ThirdNode.resource(self, asked, query)
        return replace(answer, **over) if asked == path and answer.status == 200 else answer

    return resource


def packed(change: Callable[[list[Json]], list[Json]]) -> Callable[..., list[Json]]:
    """The lines of the snapshot, changed."""
    return lambda self: change(ThirdNode.snapshot(self))


def paged(change: Callable[[list[Json]], list[Json]]) -> Callable[..., list[Json]]:
    """The lines of a page of changes, changed."""
    return lambda self, after, limit: change(ThirdNode.page(self, after, limit))


def lined(change: Callable[[bytes], bytes]) -> Callable[..., bytes]:
    """The line of one actor, as bytes, changed."""

    def line(self: ThirdNode, value: Json) -> bytes:
        raw = ThirdNode.line(self, value)
        return change(raw) if value.get("id") == NAME else raw

    return line


def filled(**over: Any) -> Callable[..., None]:
    """One more actor, with these properties."""

    def fill(self: ThirdNode) -> None:
        ThirdNode.fill(self)
        self.put("actor", NAME, {"name": "Comité", "type": "COLL-COM"} | over)

    return fill


def told(*deletes: Mapping[str, Any]) -> Callable[..., None]:
    def fill(self: ThirdNode) -> None:
        ThirdNode.fill(self)
        for number, reason in enumerate(deletes, 20):
            self.delete("actor", f"A-{number}", **reason)

    return fill


def header(path: str, name: str, value: str) -> Callable[..., Answer]:
    def answer(self: ThirdNode, asked: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        given = ThirdNode.answer(self, asked, query, headers)
        if asked == path:
            given.headers[name] = value
        return given

    return answer


# Answers.

breaks("answer-whole", "cut off", resource=answered("feed.json", length=100_000))
breaks(
    "answer-whole",
    "gzip cut off",
    resource=lambda self, path, query: (
        replace(given, body=given.body[:-20])
        if (given := ThirdNode.resource(self, path, query)).type == "application/gzip"
        else given
    ),
)
breaks(
    "answer-pace",
    "stalls",
    resource=answered("digests/actor", length=1_000_000, stalls=True),
    bounds=replace(BOUNDS, timeout_s=1),
)
breaks(
    "answer-size",
    "swollen",
    resource=answered("snapshot.ndjson.gz", body=gzip.compress(b" " * 5_000_000, 9)),
)
breaks(
    "answer-host",
    "redirects elsewhere",
    resource=answered("snapshot.ndjson.gz", status=302, headers={"Location": "http://other.example/snapshot"}),
)
breaks("answer-status", "server error", resource=answered("digests/project", status=500))
breaks("answer-html", "a login page", resource=answered("changes", body=b"<html>", type="text/html"))
breaks("coding-accepted", "gzip always", coded=lambda self, answer, asked: zipped(answer))
breaks("coding-offered", "never compressed", coded=lambda self, answer, asked: answer)
breaks(
    "coding-same",
    "another content",
    coded=lambda self, answer, asked: (
        ThirdNode.coded(self, answer, asked) if "gzip" in asked["accept-encoding"] else Answer(answer.body + b"\n")
    ),
)


def zipped(answer: Answer) -> Answer:
    answer.headers["Content-Encoding"] = "gzip"
    return replace(answer, body=gzip.compress(answer.body, 1))


def headless(self: ThirdNode, path: str, query: Mapping[str, str], asked: Mapping[str, str]) -> Answer:
    if asked.get("method") == "HEAD":
        return problem(405, "method-not-allowed")
    return ThirdNode.answer(self, path, query, asked)


breaks("head", "HEAD refused", answer=headless)
breaks("validator", "no ETag", conditional=lambda self, answer, asked: answer)


def deaf(self: ThirdNode, answer: Answer, asked: Mapping[str, str]) -> Answer:
    return ThirdNode.conditional(self, answer, {})


def stubborn(self: ThirdNode, answer: Answer, asked: Mapping[str, str]) -> Answer:
    given = ThirdNode.conditional(self, answer, asked)
    return Answer(b"", given.type, 304, given.headers) if "if-none-match" in asked else given


breaks("not-modified", "conditions ignored", conditional=deaf)
breaks("condition-honest", "304 to any ETag", conditional=stubborn)
breaks(
    "token-asked",
    "open to all",
    token=TOKEN,
    answer=ThirdNode.answer,
)
breaks(
    "token-asked",
    "the snapshot open to all",
    token=TOKEN,
    answer=lambda self, path, query, asked: (
        problem(401, "unauthorised")
        if "authorization" not in asked and path != "snapshot.ndjson.gz"
        else ThirdNode.answer(self, path, query, asked)
    ),
)
breaks("content-digest", "wrong", answer=header("feed.json", "Content-Digest", "sha-256=:AAAA:"))
breaks("signature-cover", "covers nothing", answer=header("feed.json", "Signature", "sig1=:AAAA:"))

# The manifest.

breaks("manifest-found", "missing", resource=answered("feed.json", status=404))
breaks("manifest-type", "plain text", resource=answered("feed.json", type="text/plain"))
breaks("manifest-json", "a key twice", resource=answered("feed.json", body=b'{"seq": 1, "seq": 2}'))
breaks("manifest-json", "a byte order mark", resource=answered("feed.json", body=b"\xef\xbb\xbf{}"))
breaks("manifest-members", "seq as text", manifest=manifest(seq="64"))
breaks("manifest-members", "no network", manifest=manifest(network=None))
breaks("manifest-protocol", "another version", manifest=manifest(protocol="rrma-feed/2"))
breaks("manifest-epoch", "a date", manifest=manifest(epoch="2026-11-23"))
breaks(
    "manifest-collections",
    "an unknown collection",
    manifest=lambda self: (
        stated | {"collections": stated["collections"] | {"person": stated["collections"]["announcement"]}}
        if (stated := ThirdNode.manifest(self))
        else stated
    ),
)
breaks("manifest-collections", "another collection's schema", state=actors(schema="project/1.0"))
breaks("manifest-empty", "a digest of nothing", state=actors(digest=ZEROS))
breaks("manifest-compaction", "beyond seq", manifest=manifest(compacted_before=1_000_000))
breaks("manifest-links", "no snapshot", links=lambda self: {"changes": "changes"})
breaks(
    "manifest-links",
    "another host",
    links=lambda self: ThirdNode.links(self) | {"snapshot": "https://other.example/snapshot.ndjson.gz"},
)
breaks("manifest-time", "the future", manifest=manifest(generated_at="2099-01-01T00:00:00Z"))
breaks("manifest-licence", "none", manifest=manifest(licence=None))
breaks("manifest-regions", "a department", manifest=network(regions=["45X"]))


def unsteady(self: ThirdNode, name: str) -> Json:
    self.asked = getattr(self, "asked", 0) + 1
    return ThirdNode.state(self, name) | {"count": self.asked}


def falling(self: ThirdNode) -> Json:
    self.fallen = getattr(self, "fallen", 0) + 1
    return ThirdNode.manifest(self) | {"seq": self.seq - self.fallen}


breaks("manifest-steady", "two counts at one seq", state=unsteady)
breaks("manifest-steady", "seq falls", manifest=falling)

# Lines.

breaks("line-json", "Latin-1", line=lined(lambda raw: raw.decode().replace("Comité", "Ville").encode() + b"\xe9\n"))
breaks("line-json", "two lines for one", line=lined(lambda raw: raw.replace(b", ", b",\n", 1)))
breaks("line-i-json", "a key twice", line=lined(lambda raw: raw.replace(b'"name"', b'"name": "x", "name"')))
breaks("line-i-json", "NaN", line=lined(lambda raw: raw.replace(b'"type"', b'"x": NaN, "type"')))
breaks("line-i-json", "NUL", line=lined(lambda raw: raw.replace(b'"type"', b'"x": "\\u0000", "type"')))
breaks("line-i-json", "half a character", line=lined(lambda raw: raw.replace(b'"type"', b'"x": "\\ud800", "type"')))
breaks("line-i-json", "past 2^53", line=lined(lambda raw: raw.replace(b'"type"', b'"x": 9007199254740993, "type"')))
breaks("line-size", "over 1 MiB", fill=filled(description="".join(sha256(bytes(number)) for number in range(17_000))))
breaks("line-members", "seq as text", line=lined(lambda raw: raw.replace(b'"seq": ', b'"seq": "1", "was": ')))
breaks("line-members", "null", line=lined(lambda raw: raw.replace(b'"op"', b'"modified_at": null, "op"')))
breaks("line-members", "no offset", line=lined(lambda raw: raw.replace(b'"op"', b'"modified_at": "2026-11-23", "op"')))
breaks("line-collection", "not known", line=lined(lambda raw: raw.replace(b'"actor"', b'"person"')))
breaks(
    "line-collection",
    "not declared",
    manifest=lambda self: (
        stated | {"collections": {"actor": stated["collections"]["actor"]}}
        if (stated := ThirdNode.manifest(self))
        else stated
    ),
)
breaks(
    "line-feed",
    "none at the end",
    ndjson=lambda self, lines: Answer(ThirdNode.ndjson(self, lines).body.removesuffix(b"\n")),
)
breaks("hash-spelling", "upper case", hash=lambda self, record: sha256(canonical(record)).upper())
breaks("hash-content", "of the text as sent", hash=lambda self, record: sha256(json.dumps(record).encode()))
breaks(
    "hash-content",
    "keys not sorted",
    hash=lambda self, record: sha256(
        json.dumps(dict(sorted(record.items(), reverse=True)), ensure_ascii=False, separators=(",", ":")).encode()
    ),
)
breaks("delete-reason", "merged into nothing", fill=told({"reason": "merged"}))
breaks("delete-reason", "moved nowhere", fill=told({"reason": "moved"}))
breaks("delete-reason", "not known", fill=told({"reason": "bored"}))


def lonely(self: ThirdNode, collection: str, id: str, to: str) -> None:
    self.history.pop((collection, id, False))
    self.say("rekey", collection, id, to=to)


def undying(self: ThirdNode, collection: str, id: str, to: str) -> None:
    line = self.history[collection, id, False]
    ThirdNode.rekey(self, collection, id, to)
    self.history = {(collection, id, False): line} | self.history
    self.history = dict(sorted(self.history.items(), key=lambda item: item[1]["seq"]))


breaks("rekey-followed", "no put follows", rekey=lonely)
breaks("rekey-followed", "the old id lives on", rekey=undying)

# Changes.

breaks("changes-found", "missing", resource=answered("changes", status=404))
breaks("changes-type", "plain JSON", resource=answered("changes", type="application/json"))
breaks("changes-end", "no end line", page=paged(lambda lines: lines[:-1]))
breaks("after-end", "a late line", page=paged(lambda lines: [*lines, lines[0]]))
breaks("changes-order", "by id", page=paged(lambda lines: [*reversed(lines[:-1]), lines[-1]]))
breaks(
    "changes-after",
    "at the cursor, too",
    page=lambda self, after, limit: ThirdNode.page(self, max(0, after - 1), limit),
)
breaks("changes-limit", "limit ignored", page=lambda self, after, limit: ThirdNode.page(self, after, 1_000))
breaks(
    "changes-newest",
    "a record twice",
    page=paged(lambda lines: [lines[0], *[{**line, "id": lines[0]["id"]} for line in lines[1:2]], *lines[2:]]),
)
breaks(
    "changes-cursor",
    "beyond the last line",
    end=lambda self, seq, *, more=False: {"end": True, "seq": seq + (1 if more else 0), "more": more},
)
breaks(
    "changes-progress",
    "more for ever",
    page=lambda self, after, limit: [*ThirdNode.page(self, after, limit)[:-1], self.end(after, more=True)],
)
breaks(
    "changes-reached",
    "the last page starts over",
    page=lambda self, after, limit: ThirdNode.page(self, after if after < self.seq else 0, limit),
)
breaks(
    "changes-reached",
    "ends at the last line",
    page=lambda self, after, limit: [
        *(lines := ThirdNode.page(self, after, limit))[:-1],
        lines[-1] | {"seq": lines[-1]["seq"] + (0 if lines[-1]["more"] else 5)},
    ],
)
breaks(
    "changes-paging",
    "small pages skip one",
    page=lambda self, after, limit: ThirdNode.page(self, after + (limit < 1_000 and after > 0), limit),
)


def forgetful(self: ThirdNode, after: int, limit: int) -> list[Json]:
    """Tells each reader of pages of 7 once."""
    told_already = self.__dict__.setdefault("told", set())
    again = limit == 7 and after in told_already
    told_already.add(after if limit == 7 else None)
    return [self.end(self.seq)] if again else ThirdNode.page(self, after, limit)


breaks("changes-repeat", "answers once", page=forgetful)
breaks(
    "changes-proof", "a change is lost", page=paged(lambda lines: [line for line in lines if line.get("id") != "P-3"])
)


def compacted(self: ThirdNode) -> None:
    ThirdNode.fill(self)
    self.compact()


breaks("cursor-expired", "an empty page", fill=compacted, expired=lambda self: self.ndjson([self.end(self.seq)]))
breaks("cursor-expired", "no code", fill=compacted, expired=lambda self: problem(410, "gone"))
breaks(
    "query-refused",
    "anything goes",
    changes=lambda self, query: ThirdNode.changes(self, query if "bucket" in query else whole_numbers(query)),
)


def whole_numbers(query: Mapping[str, str]) -> dict[str, str]:
    return {
        "after": query["after"] if query["after"].isdecimal() else "0",
        "limit": query.get("limit", "1").replace("0", "1") if query.get("limit") == "0" else query.get("limit", "1"),
    }


breaks("tombstone", "counted still", live=lambda self, collection=None: ghosts(self, collection))


def ghosts(node: ThirdNode, collection: str | None) -> list[Json]:
    ghost = {
        "op": "put",
        "collection": "actor",
        "id": "A-4",
        "record": {"name": "Comité", "type": "COLL-COM"},
        "seq": 1,
    }
    ghost["hash"] = node.hash(ghost["record"])  # type: ignore[arg-type]
    found = [line for line in node.history.values() if line["op"] == "put"]
    return [line for line in [ghost, *found] if collection in (None, line["collection"])]


# The snapshot.

breaks("snapshot-found", "missing", resource=answered("snapshot.ndjson.gz", status=404))
breaks("snapshot-type", "an image", resource=answered("snapshot.ndjson.gz", type="image/png"))
breaks("snapshot-type-exact", "not said", resource=answered("snapshot.ndjson.gz", type="application/octet-stream"))
breaks(
    "snapshot-gzip",
    "not compressed",
    resource=lambda self, path, query: (
        replace(given, body=gzip.decompress(given.body))
        if (given := ThirdNode.resource(self, path, query)).type == "application/gzip"
        else given
    ),
)
breaks("snapshot-first", "no manifest", snapshot=packed(lambda lines: lines[1:]))
breaks("snapshot-first", "an older one", snapshot=packed(lambda lines: [lines[0] | {"seq": 1_000}, *lines[1:]]))
breaks(
    "snapshot-epoch",
    "another history",
    snapshot=packed(lambda lines: [lines[0] | {"epoch": "99999999-7c1e-4d0b-9a55-0c9d1f5b7e21"}, *lines[1:]]),
)
breaks("snapshot-count", "one left out", snapshot=packed(lambda lines: [lines[0], *lines[2:]]))
breaks(
    "snapshot-digest",
    "one replaced",
    snapshot=packed(lambda lines: [lines[0], lines[1] | {"id": "A-9999"}, *lines[2:]]),
)
breaks("snapshot-digest", "another sum", digest=lambda self, lines: sha256(ThirdNode.digest(self, lines).encode()))
breaks(
    "snapshot-seq", "from the future", snapshot=packed(lambda lines: [lines[0], lines[1] | {"seq": 1_000}, *lines[2:]])
)
breaks(
    "snapshot-puts",
    "a delete",
    snapshot=packed(
        lambda lines: [*lines[:-1], {"seq": 1, "op": "delete", "collection": "actor", "id": "A-4"}, lines[-1]]
    ),
)
breaks("snapshot-unique", "one twice", snapshot=packed(lambda lines: [*lines[:-1], lines[1], lines[-1]]))
breaks("snapshot-end", "no end line", snapshot=packed(lambda lines: lines[:-1]))
breaks("snapshot-end", "more", snapshot=packed(lambda lines: [*lines[:-1], lines[-1] | {"more": True}]))

# Repair.

breaks("digests-found", "missing", resource=answered("digests/actor", status=404))
breaks("digests-type", "plain JSON", resource=answered("digests/actor", type="application/json"))
breaks(
    "digests-rows",
    "empty buckets left out",
    digests=lambda self, name: [row for row in ThirdNode.digests(self, name) if row["count"]],
)
breaks("digests-rows", "one twice", digests=lambda self, name: ThirdNode.digests(self, name)[:-1] * 2)
breaks(
    "digests-sum",
    "counted twice",
    digests=lambda self, name: [row | {"count": row["count"] * 2} for row in ThirdNode.digests(self, name)],
)
breaks("digests-snapshot", "bucket of the hash's end", bucket=lambda self, name: sha256(name.encode())[-2:])
breaks(
    "bucket-records", "one left out", bucket_page=lambda self, *asked: ThirdNode.bucket_page(self, *asked)[1:] or [{}]
)
breaks(
    "record-found",
    "id not decoded",
    record=lambda self, collection, name: (
        ThirdNode.record(self, collection, name) if "%" not in name else problem(404, "not-found")
    ),
)
breaks(
    "record-missing",
    "an empty object",
    record=lambda self, collection, name: (
        Answer(b"{}", "application/json")
        if (given := ThirdNode.record(self, collection, name)).status == 404
        else given
    ),
)
breaks(
    "problem-json",
    "plain text",
    record=lambda self, collection, name: (
        replace(given, type="text/plain")
        if (given := ThirdNode.record(self, collection, name)).status == 404
        else given
    ),
)

# Signatures.

breaks("signature-valid", "over something else", answer=signing(signed=lambda base: base.replace("sha-256", "sha-512")))
breaks("signature-valid", "with the key of another", answer=signing(lambda _: OTHER, keyid=public(KEY)))
breaks("signature-valid", "the name of a key for the key", answer=signing(keyid="key-1"))
breaks(
    "signature-key", "another key for the snapshot", answer=signing(lambda path: OTHER if "snapshot" in path else KEY)
)
breaks("signature-everywhere", "the manifest alone", answer=signing(lambda path: KEY if path == "feed.json" else None))
breaks("signature-everywhere", "not one record", answer=signing(lambda path: None if "records" in path else KEY))

# Signatures beside the files of a static node.


def body_of(node: ThirdNode, path: str) -> bytes:
    return ThirdNode.resource(node, path, {}).body


def bent(written: bytes) -> bytes:
    """With another signature, as long as the right one."""
    return re.sub(rb"(Signature: rrma=:)....", rb"\1AAAA", written)


breaks("beside-both", "none for the snapshot", **lying_beside(snapshot=lambda _: None))
breaks("beside-both", "none for feed.json", **lying_beside(feed=lambda _: None))
breaks("beside-headers", "a few words", **lying_beside(feed=lambda _: b"signed by us"))
breaks("beside-headers", "another tag", **lying_beside(feed=lambda node: beside(body_of(node, "feed.json"), tag="x")))
breaks("beside-headers", "twice in one", **lying_beside(feed=lambda node: beside(body_of(node, "feed.json")) * 2))
breaks(
    "beside-headers", "endless", **lying_beside(feed=lambda node: beside(body_of(node, "feed.json")) + b" " * 10_000)
)
breaks("beside-headers", "not in ASCII", **lying_beside(feed=lambda _: "clé".encode()))
breaks(
    "beside-file", "of the other file", **lying_beside(feed=lambda node: beside(body_of(node, "snapshot.ndjson.gz")))
)
breaks("beside-digest", "of yesterday", **lying_beside(snapshot=lambda _: beside(b"the snapshot of yesterday")))
breaks("beside-valid", "wrong", **lying_beside(feed=lambda node: bent(beside(body_of(node, "feed.json")))))
breaks("beside-valid", "no digest", **lying_beside(feed=lambda _: beside(b"").replace(b"sha-256=", b"md5=", 1)))
breaks(
    "beside-key",
    "another key for the snapshot",
    **lying_beside(snapshot=lambda node: beside(body_of(node, "snapshot.ndjson.gz"), OTHER)),
)

# Records.

breaks("record-schema", "a list for a text", fill=filled(description=["x"]))
breaks("record-fit", "a wrong SIREN", fill=filled(identifiers=[{"scheme": "siren", "value": "123456789"}]))
breaks("record-fit", "an unknown type", fill=filled(type="CLUB"))
breaks("record-perimeter", "Rennes", fill=filled(seat={"insee": "35238", "city": "Rennes", "country": "FR"}))
breaks("record-id", "another one", fill=filled(id="A-2"))
breaks(
    "contact-consent",
    "regional",
    fill=filled(contacts=[{"name": "X", "consent": {"scope": "regional", "given_on": "2026-01-01"}}]),
)
breaks("private-property", "a birth date", fill=filled(extra={"Date de naissance": "x"}))
breaks("private-number", "an IBAN", fill=filled(description="Dons : FR76 3000 6000 0112 3456 7890 189, merci"))
breaks("private-number", "social security", fill=filled(description="NIR 2 95 10 99 126 111 93"))
breaks(
    "private-seat",
    "a home",
    fill=filled(type="ASSO-JUM", seat={"street": "3 rue X", "country": "FR", "precision": "address"}),
)
breaks("personal-mailbox", "gmail", fill=filled(email="x@gmail.com"))
