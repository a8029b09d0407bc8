"""How a node answers: whole, on its own host, in a coding that was accepted, on condition, to whom it should. Pure."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Sequence
from urllib.parse import urlsplit

from hub.conformance.ledger import Ledger
from hub.conformance.manifest import parsed
from hub.conformance.reply import IDENTITY, Fault, Reply
from hub.conformance.seen import Seen
from schemas.signing import BESIDE, Answered, Asked, BadSignature, is_signed, verified

_HTML = ("text/html", "application/xhtml+xml")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_CHECK_OF = {
    Fault.CUT: "answer-whole",
    Fault.UNREACHABLE: "answer-whole",
    Fault.SLOW: "answer-pace",
    Fault.SWOLLEN: "answer-size",
    Fault.TOO_LARGE: "answer-size",
    Fault.REDIRECT: "answer-host",
}
_DIGEST = re.compile(r"([a-z0-9-]+)=:([A-Za-z0-9+/=]*):")
PROBLEM = "application/problem+json"


def judge(seen: Seen, ledger: Ledger) -> None:
    _conditions(seen, ledger)
    _codings(seen, ledger)
    _strangers(seen, ledger)


def address(url: str, ledger: Ledger) -> None:
    where = urlsplit(url)
    if where.hostname in _LOOPBACK:
        ledger.skip("answer-tls", "the node is on this machine")
    else:
        ledger.expect("answer-tls", where.scheme == "https", f"the address begins with {where.scheme}")


def replies(found: tuple[Reply, ...], ledger: Ledger) -> None:
    """What every answer must be, whatever was asked."""
    for reply in found:
        broken = _CHECK_OF[reply.fault] if reply.fault else None
        for code in dict.fromkeys(_CHECK_OF.values()):
            ledger.expect(code, code != broken, f"{reply.asked}: {reply.fault} {reply.detail}")
        ledger.expect("answer-status", reply.status < 500, f"{reply.asked}: HTTP {reply.status}")
        page = reply.status == 200 and reply.media_type in _HTML and not reply.asked.endswith(BESIDE)
        ledger.expect("answer-html", not page, f"{reply.asked}: a web page")
        _accepted(reply, ledger)
        _digested(reply, ledger)
    _signed([reply for reply in found if _has_content(reply)], ledger)


def _accepted(reply: Reply, ledger: Ledger) -> None:
    if reply.status == 200:
        asked = {IDENTITY, *(one.strip() for one in reply.accepted.split(","))}
        told = f"{reply.asked}: {reply.coding!r:.40} where {reply.accepted!r} was accepted"
        ledger.expect("coding-accepted", reply.coding.removeprefix("x-") in asked, told)


def _has_content(reply: Reply) -> bool:
    return reply.status == 200 and not reply.asked.startswith("HEAD") and bool(reply.digests)


def _digested(reply: Reply, ledger: Ledger) -> None:
    """RFC 9530: the digest of the body as it crossed. RFC 9421: a signature says what it covers."""
    if not _has_content(reply):
        return
    stated = reply.headers.get("content-digest")
    for algorithm, value in _DIGEST.findall(stated or ""):
        if algorithm in reply.digests:
            right = _bytes(value) == reply.digests[algorithm]
            ledger.expect("content-digest", right, f"{reply.asked}: {algorithm} is another one")
    if "signature" in reply.headers:
        covers = '"content-digest"' in reply.headers.get("signature-input", "") and stated is not None
        ledger.expect("signature-cover", covers, f"{reply.asked}: Signature without a covered Content-Digest")


def _signed(found: Sequence[Reply], ledger: Ledger) -> None:
    """Who signs the manifest signs everything, with one key, and over what crossed."""
    keys = set()
    expected = any(reply.asked == "GET feed.json" and is_signed(reply.headers) for reply in found)
    for reply in found:
        if expected:
            told = f"{reply.asked}: not signed, and feed.json is"
            ledger.expect("signature-everywhere", is_signed(reply.headers), told)
        if not is_signed(reply.headers):
            continue
        try:
            keys.add(verified(Answered(reply.status, dict(reply.headers), _asked(reply)), ()))
            ledger.expect("signature-valid", True, "")
        except BadSignature as error:
            ledger.expect("signature-valid", False, f"{reply.asked}: {error}")
    if keys:
        ledger.expect("signature-key", len(keys) == 1, f"{len(keys)} keys: {', '.join(sorted(keys))}")


def _asked(reply: Reply) -> Asked:
    """The question as a signature may name it: by its query alone."""
    _, mark, query = reply.asked.partition("?")
    return Asked(f"https://node.invalid/{mark}{query}")


def _bytes(value: str) -> bytes | None:
    try:
        return b64decode(value, validate=True)
    except NotBase64:
        return None


def _conditions(seen: Seen, ledger: Ledger) -> None:
    good, head = seen.manifests[0], seen.head
    same = head.status == 200 and head.media_type == good.media_type and not head.body
    ledger.expect("head", same, f"HEAD feed.json: HTTP {head.status}, {head.media_type}, {len(head.body)} bytes")
    told = "feed.json has neither ETag nor Last-Modified"
    if ledger.expect("validator", seen.unchanged is not None, told) and seen.unchanged is not None:
        nothing = seen.unchanged.status == 304 and not seen.unchanged.body
        ledger.expect("not-modified", nothing or not seen.still, f"HTTP {seen.unchanged.status} where 304 was expected")
    told = f"HTTP {seen.otherwise.status} to an ETag that never was"
    ledger.expect("condition-honest", seen.otherwise.status == 200, told)


def _codings(seen: Seen, ledger: Ledger) -> None:
    answered = [reply for reply in seen.codings.values() if reply.is_good]
    if seen.still and answered:
        same = len({reply.body for reply in answered}) == 1
        ledger.expect("coding-same", same, f"{answered[0].asked}: another content in another coding")
    offered = seen.codings["gzip, zstd"]
    if seen.is_live and offered.is_good:
        ledger.expect("coding-offered", offered.coding != IDENTITY, f"{offered.asked}: not compressed", offered.coding)


def _strangers(seen: Seen, ledger: Ledger) -> None:
    if not seen.has_token:
        ledger.skip("token-asked", "no token was given to this suite")
    for reply in seen.strangers:
        ledger.expect(
            "token-asked", reply.status in (401, 403), f"{reply.asked} without the token: HTTP {reply.status}"
        )


def is_problem(reply: Reply) -> bool:
    """Whether an answer is a problem of RFC 9457 with a code."""
    raw = parsed(reply.body) if reply.media_type == PROBLEM else None
    return raw is not None and isinstance(raw.get("code"), str)
