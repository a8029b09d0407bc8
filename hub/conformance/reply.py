"""One answer of a node, read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

IDENTITY = "identity"


class Fault(StrEnum):
    """What may go wrong on the way."""

    UNREACHABLE = "unreachable"
    CUT = "cut off"
    SLOW = "too slow"
    SWOLLEN = "swollen"
    TOO_LARGE = "too large"
    REDIRECT = "redirected to another host"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. status is 0 when there was none; body is decoded, and empty when it was streamed.

    asked:    method, path and query, for people.
    accepted: the Accept-Encoding that was sent.
    digests:  algorithm -> digest of the body as it crossed, content coding included (RFC 9530).
    """

    asked: str
    accepted: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: Fault | None = None
    detail: str = ""
    digests: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def coding(self) -> str:
        return self.headers.get("content-encoding", IDENTITY).strip().lower() or IDENTITY

    @property
    def is_good(self) -> bool:
        return self.status == 200 and self.fault is None
