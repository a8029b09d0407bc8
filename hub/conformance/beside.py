"""The files of signatures beside a static feed: is each that of the file it lies beside, by the one key? Pure.

None at all is allowed, and told. One that is wrong is worse than none: a hub that knows the key refuses the feed.
"""

from collections.abc import Mapping

from hub.conformance.ledger import Ledger
from hub.conformance.reply import Reply
from hub.conformance.seen import Seen
from schemas.signing import (
    BESIDE,
    CONTENT_DIGEST,
    INPUT,
    MOST_BESIDE_BYTES,
    SIGNATURE,
    Answered,
    BadSignature,
    Digests,
    digests,
    is_signed,
    verified,
)

CODES = ("beside-both", "beside-headers", "beside-file", "beside-digest", "beside-valid", "beside-key")
_NAMES = {name.lower(): name for name in (CONTENT_DIGEST, INPUT, SIGNATURE)}


def judge(seen: Seen, ledger: Ledger) -> None:
    files = {"feed.json": seen.manifests[0], seen.snapshot_link: seen.snapshot.reply}
    if why := _why_not(seen, files):
        for code in CODES:
            ledger.skip(code, why)
        return
    there = {name: reply for name, reply in seen.beside.items() if is_there(reply)}
    for name in files:
        ledger.expect("beside-both", name in there, f"{name}{BESIDE}: none, and {next(iter(there))}{BESIDE} is there")
    keys = {key for name, reply in there.items() if (key := _judged(name, reply.body, files, ledger))}
    if keys:
        ledger.expect("beside-key", len(keys) == 1, f"{len(keys)} keys: {', '.join(sorted(keys))}")


def is_there(reply: Reply) -> bool:
    """Whether an answer is a file, and not the web page that some servers give for one they do not have."""
    return reply.is_good and reply.media_type not in ("text/html", "application/xhtml+xml")


def _why_not(seen: Seen, files: Mapping[str, Reply]) -> str | None:
    """Why there is nothing to judge."""
    if seen.is_live:
        return "a live node signs its answers themselves"
    if any(is_signed(reply.headers) for reply in files.values()):
        return "the answers themselves are signed"
    if not any(map(is_there, seen.beside.values())):
        return f"no feed.json{BESIDE}: the files are not signed, which is allowed"
    return None if seen.still else "the node changed while it was read"


def _judged(name: str, body: bytes, files: Mapping[str, Reply], ledger: Ledger) -> str | None:
    """The key that a file of signatures names, if it is right in itself."""
    told = f"{name}{BESIDE}"
    headers, fault = _headers(body)
    if not ledger.expect("beside-headers", fault is None, f"{told}: {fault}"):
        return None
    try:
        stated = digests(headers[CONTENT_DIGEST])
        key = verified(Answered(200, headers), ())
    except BadSignature as error:
        ledger.broken("beside-valid", f"{told}: {error}")
        return None
    ledger.held("beside-valid")
    others = [other for other, reply in files.items() if other != name and _is_of(stated, reply)]
    mine = _is_of(stated, files[name])
    if ledger.expect("beside-file", mine or not others, f"{told}: signs {', '.join(others)}"):
        changed = f"{told}: signs other bytes than {name} has; it is older, or the server compresses the file"
        ledger.expect("beside-digest", mine, changed)
    return key


def _is_of(stated: Digests, reply: Reply) -> bool:
    return all(reply.digests.get(algorithm) == value for algorithm, value in stated.values.items())


def _headers(body: bytes) -> tuple[dict[str, str], str | None]:
    """The three headers, and what is wrong with the file that should hold them."""
    if len(body) > MOST_BESIDE_BYTES:
        return {}, f"{len(body)} bytes; at most {MOST_BESIDE_BYTES} are read"
    if not body.isascii():
        return {}, "not in ASCII"
    pairs = [line.partition(":")[::2] for line in body.decode("ascii").splitlines()]
    known = [(_NAMES[name.strip().lower()], value.strip()) for name, value in pairs if name.strip().lower() in _NAMES]
    found = dict(known)
    if missing := [name for name in _NAMES.values() if name not in found]:
        return found, f"no {', '.join(missing)}"
    if len(known) > len(found):
        return found, "a header twice"
    return found, None if is_signed(found) else 'Signature-Input has no tag="rrma-feed"'
