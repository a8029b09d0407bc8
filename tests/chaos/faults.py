"""What goes wrong between a network and the hub. Each fault makes a false answer of the true one.

A fault is asked for every answer of one night, from the request on at which it begins.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.chaos.network import Network, signed
from tests.chaos.wire import Clock
from tests.hub.conformance.signed_node import beside
from tests.hub.feed_server import NDJSON, Answer, FakeNode, Question, actor, end, ndjson

HTML = "<!doctype html><html lang=fr><title>Maintenance</title><p>Le site revient bientôt.</p></html>".encode()
PRIVATE = (
    "http://10.0.0.7/feed.json",
    "http://169.254.169.254/latest/meta-data",
    "http://[::1]:8000/feed.json",
    "//127.0.0.1/feed.json",
    "file:///etc/passwd",
)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
BOMB = gzip.compress(b"\n" * 400_000, 9)


class Asked:
    """One question, the true answer to it, and what a fault may use to make a false one.

    signed: whether the false answers of tonight come with a signature.
    """

    def __init__(
        self,
        network: Network,
        path: str,
        question: Question,
        answer: Answer,
        rng: Random,
        clock: Clock,
        *,
        signed: bool = False,
    ) -> None:
        self.network, self.path, self.question, self.answer = network, path, question, answer
        self.rng, self.clock, self.signed = rng, clock, signed

    @property
    def plain(self) -> bytes:
        """The body as it is before it is compressed."""
        body = self.answer.body
        assert isinstance(body, bytes)
        return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body

    def saying(self, plain: bytes) -> Answer:
        """Other words, sent as the truth is."""
        if self.answer.type == "application/gzip":
            return Answer(gzip.compress(plain, 1), self.answer.type)
        return Answer(plain, self.answer.type, self.answer.status)

    @property
    def lines(self) -> list[bytes]:
        return self.plain.splitlines(keepends=True)


Fault = Callable[[Asked], Answer]


def html_with_200(asked: Asked) -> Answer:
    return Answer(HTML, "text/html; charset=utf-8")


def html_called_feed(asked: Asked) -> Answer:
    return Answer(HTML, asked.answer.type)


def empty_with_200(asked: Asked) -> Answer:
    return Answer(b"", asked.answer.type)


def cut_gzip(asked: Asked) -> Answer:
    packed = gzip.compress(asked.plain, 1)
    return Answer(
        packed[: asked.rng.randrange(1, len(packed))], asked.answer.type, headers={"Content-Encoding": "gzip"}
    )


def cut_plain(asked: Asked) -> Answer:
    plain = asked.plain
    cut = plain[: asked.rng.randrange(len(plain))]
    return Answer(cut, NDJSON if asked.answer.type == "application/gzip" else asked.answer.type)


def broken_connection(asked: Asked) -> Answer:
    def halves() -> Iterator[bytes]:
        plain = asked.plain
        yield plain[: asked.rng.randrange(len(plain) + 1)]
        raise httpx.ReadError("connection reset by peer")

    return Answer(halves(), NDJSON if asked.answer.type == "application/gzip" else asked.answer.type)


def unreachable(asked: Asked) -> Answer:
    raise asked.rng.choice((httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout))("no answer")


def server_error(asked: Asked) -> Answer:
    return Answer(b"{}", "application/problem+json", asked.rng.choice((401, 403, 404, 410, 429, 500, 502, 503)))


def looping(asked: Asked) -> Answer:
    """More is promised for ever: with nothing new, or with the same page again."""
    if "after" not in asked.question:
        return asked.answer
    after = int(asked.question["after"])
    again = [json.loads(line) for line in asked.lines[:-1]] if asked.rng.random() < 0.5 else []
    return asked.saying(ndjson([*again, end(again[-1]["seq"] if again else after, more=True)]))


def repeated_page(asked: Asked) -> Answer:
    """The first page, whatever is asked for."""
    if "after" not in asked.question:
        return asked.answer
    return asked.network.changes({"after": str(asked.network.compacted_before), "limit": "10000"})


def reordered_page(asked: Asked) -> Answer:
    if asked.path not in ("changes", "snapshot.ndjson.gz"):
        return asked.answer
    first = 0 if asked.path == "changes" else 1
    head, middle, last = asked.lines[:first], asked.lines[first:-1], asked.lines[-1:]
    asked.rng.shuffle(middle)
    return asked.saying(b"".join([*head, *middle, *last]))


def short_page(asked: Asked) -> Answer:
    """Some lines are missing, and the end line says that none is."""
    if asked.path not in ("changes", "snapshot.ndjson.gz"):
        return asked.answer
    first = 0 if asked.path == "changes" else 1
    lines = asked.lines
    kept = [line for line in lines[first:-1] if asked.rng.random() < 0.6]
    return asked.saying(b"".join([*lines[:first], *kept, *lines[-1:]]))


def invalid_utf8(asked: Asked) -> Answer:
    plain = asked.plain
    place = asked.rng.randrange(len(plain))
    return asked.saying(plain[:place] + b"\xff\xfe" + plain[place:])


def altered_record(asked: Asked) -> Answer:
    """Something on the way takes UTF-8 for Latin-1 and encodes it again; the hashes are still those of the truth."""
    return asked.saying(asked.plain.replace("é".encode(), "Ã©".encode()))


def bomb(asked: Asked) -> Answer:
    return Answer(BOMB, asked.answer.type, headers={"Content-Encoding": "gzip"})


def drip(asked: Asked) -> Answer:
    """A hundred bytes a second, for ever."""

    def drops() -> Iterator[bytes]:
        while True:
            asked.clock.now += 1
            yield b"\n" * 100

    return Answer(drops(), NDJSON if asked.path != "feed.json" else asked.answer.type)


def redirect_inside(asked: Asked) -> Answer:
    return Answer(b"", "text/plain", asked.rng.choice((301, 302, 307)), {"Location": asked.rng.choice(PRIVATE)})


def redirect_round(asked: Asked) -> Answer:
    return Answer(b"", "text/plain", 302, {"Location": f"/{asked.path}?{urlencode(asked.question)}"})


def stale_manifest(asked: Asked) -> Answer:
    """A cache answers for `feed.json` with an earlier night, and only for that."""
    if asked.path != "feed.json":
        return asked.answer
    said = asked.network.manifest()
    said["seq"] = max(0, said["seq"] - asked.rng.randint(1, 5))
    said["collections"]["actor"]["digest"] = "0" * 63 + "1"
    return Answer(json.dumps(said).encode(), "application/json")


def wrong_digest(asked: Asked) -> Answer:
    if asked.path != "feed.json":
        return asked.answer
    said: dict[str, Any] = asked.network.manifest()
    for state in said["collections"].values():
        state["digest"] = state["digest"][::-1]
    return Answer(json.dumps(said).encode(), "application/json")


def wrong_count(asked: Asked) -> Answer:
    if asked.path != "feed.json":
        return asked.answer
    said = asked.network.manifest()
    said["collections"]["actor"]["count"] = 0
    return Answer(json.dumps(said).encode(), "application/json")


def someone_else(asked: Asked) -> Answer:
    if asked.path != "feed.json":
        return asked.answer
    said = asked.network.manifest()
    said["network"]["id"] = "someone-else"
    return Answer(json.dumps(said).encode(), "application/json")


def asks_later(asked: Asked) -> Answer:
    """Comes back after a while, or asks for more patience than there is."""
    if asked.rng.random() < 0.5:
        return asked.answer
    later = str(asked.rng.choice((0, 1, 30, 90, 600)))
    return Answer(b"", "text/plain", asked.rng.choice((429, 503)), {"Retry-After": later})


def impostor(asked: Asked) -> Answer:
    """Somebody else answers in the place of a network that the hub knows by its key, and everything adds up."""
    if not asked.network.known:
        return asked.answer  # nobody could tell
    node = FakeNode(asked.network.network, asked.network.epoch)
    for number in range(40):
        node.put(f"A-{number}", actor(f"Imposture {number}", seat={"city": "Tours", "postcode": "37000"}))
    node.seq = asked.network.seq + 40
    node.links = asked.network.links
    if asked.path.endswith(".sig"):
        body = node.answer(asked.path.removesuffix(".sig"), asked.question).body
        assert isinstance(body, bytes)
        return Answer(beside(body, STRANGER), "application/octet-stream")
    false = node.answer(asked.path, asked.question)
    assert isinstance(false.body, bytes)
    headers = signed(false.body, STRANGER) if asked.signed else {}
    return Answer(false.body, false.type, false.status, {**false.headers, **headers})


def busy(asked: Asked) -> Answer:
    """An officer works while we read."""
    asked.network.rng.choice((asked.network.add, asked.network.change))()
    return asked.answer


FAULTS: tuple[Fault, ...] = (
    html_with_200,
    html_called_feed,
    empty_with_200,
    cut_gzip,
    cut_plain,
    broken_connection,
    unreachable,
    server_error,
    looping,
    repeated_page,
    reordered_page,
    short_page,
    invalid_utf8,
    altered_record,
    bomb,
    drip,
    redirect_inside,
    redirect_round,
    stale_manifest,
    wrong_digest,
    wrong_count,
    someone_else,
    asks_later,
    impostor,
    busy,
)
# Most others end a visit. These let it go on with less than there is, or with something else, which is where a hub may
# lose records or publish what nobody stated.
OFTEN: tuple[Fault, ...] = (*FAULTS, *[short_page] * 3, *[altered_record] * 3)
