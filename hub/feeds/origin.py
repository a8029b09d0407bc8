"""Does an answer come from the source that we know? Its signature is checked first, then its body, to the last byte.

    Signature over Content-Digest ──► headers proved ──► whole body kept on disk and hashed ──► its lines are believed

Nothing of a signed body is read before its digest agrees. A source that signs is known by the key of its first manifest
from then on; one that never signed is asked for nothing.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile

import httpx

from hub.feeds.errors import UnprovenOrigin
from hub.model.source import Source
from schemas.signing import (
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

_NAMES = {name.lower() for name in (CONTENT_DIGEST, INPUT, SIGNATURE)}


@dataclass(slots=True)
class Origin:
    """The keys that a source may sign with. seen: the one that its first signed answer of this job bore.

    trusted: empty for a source that never signed.
    """

    source: Source
    trusted: Collection[str]
    seen: str | None = None

    @property
    def expects(self) -> bool:
        """Whether every answer must be signed."""
        return self.seen is not None or bool(self.trusted)

    def prove(self, response: httpx.Response, beside: bytes | None = None) -> Digests | None:
        """What the body of an answer must hash to; None where no signature is asked for and none is there.

        beside: the file of headers that lies beside a plain file.
        Raises UnprovenOrigin.
        """
        answer: object = response
        headers = dict(response.headers)
        if beside is not None and not is_signed(headers):
            headers = _headers(beside)
            answer = Answered(200, headers)
        known = [self.seen] if self.seen is not None else self.trusted
        if not known and not is_signed(headers):
            return None
        path = response.request.url.path
        if not is_signed(headers):
            raise UnprovenOrigin(self.source.name, f"{path} is not signed, and this source signs what it says")
        try:
            self.seen = verified(answer, known)
            return digests({name.lower(): value for name, value in headers.items()}[CONTENT_DIGEST.lower()])
        except BadSignature as error:
            raise UnprovenOrigin(self.source.name, f"the signature of {path} is not valid: {error}") from error


@contextmanager
def kept(source: Source, chunks: Iterator[bytes], stated: Digests, most: int) -> Iterator[Iterator[bytes]]:
    """The same bytes again, once all of them have arrived and agree with what was signed. Raises UnprovenOrigin."""
    computing = stated.begun()
    with TemporaryFile(buffering=1 << 16) as file:
        for chunk in chunks:
            file.write(chunk)
            for each in computing:
                each.update(chunk)
            if file.tell() > most:
                break
        if not stated.agree(each.digest() for each in computing):
            raise UnprovenOrigin(source.name, "the body is not the one that was signed")
        file.seek(0)
        yield iter(lambda: file.read(1 << 16), b"")


def _headers(beside: bytes) -> dict[str, str]:
    """The three headers that a file of them holds, one a line."""
    text = beside[:MOST_BESIDE_BYTES].decode("ascii", errors="replace")
    pairs = (line.partition(":")[::2] for line in text.splitlines())
    return {name.strip(): value.strip() for name, value in pairs if name.strip().lower() in _NAMES}
