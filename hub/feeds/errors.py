"""What a source can do wrong on the wire. Each ends its own job and no other; the reason is written for its network."""

from schemas.errors import SourceError


class SourceUnreachable(SourceError):
    """No connection, no name, or the connection broke."""

    code = "source-unreachable"
    retryable = True


class SourceStatus(SourceError):
    """An HTTP status that the protocol does not know; a server's own trouble may pass."""

    code = "source-status"

    def __init__(self, source: str, reason: str, status: int) -> None:
        super().__init__(source, reason)
        self.status = status
        self.retryable = status >= 500 or status == 429


class RefusedToken(SourceError):
    """The node asks for a token: ours is missing, or not the right one."""

    code = "source-token"


class CursorExpired(SourceError):
    """410: the history before our cursor was compacted. The reader turns to the snapshot."""

    code = "source-cursor-expired"


class TruncatedAnswer(SourceError):
    """The answer stopped before its end line: what came before it is good."""

    code = "source-truncated"
    retryable = True


class TooSlow(SourceError):
    code = "source-too-slow"


class TooLarge(SourceError):
    code = "source-too-large"


class SuspiciousRatio(SourceError):
    """A small answer that grows out of proportion when decompressed."""

    code = "source-ratio"


class CorruptAnswer(SourceError):
    """Bytes that are not what their encoding says."""

    code = "source-corrupt"


class HtmlInstead(SourceError):
    """A web page where the feed should be: a login page, a maintenance notice, a wrong address."""

    code = "source-html"


class WrongContentType(SourceError):
    code = "source-content-type"


class RefusedRedirect(SourceError):
    code = "source-redirect"


class RefusedAddress(SourceError):
    """A private, loopback or reserved address, or a host that the source was not configured with."""

    code = "source-address"


class BadManifest(SourceError):
    code = "source-manifest"


class EndlessFeed(SourceError):
    """More is promised and nothing new comes."""

    code = "source-loop"


class DisorderedFeed(SourceError):
    """Sequence numbers that do not rise."""

    code = "source-order"


class UnprovenOrigin(SourceError):
    """An answer that is not signed with the key that this source is known by."""

    code = "source-signature"
