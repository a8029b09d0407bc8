"""The root of every error. An error says who must act, carries facts, and knows no HTTP and no database.

A bad record is data (see `schemas.record.Issue`); only a bad job, a bad question or a bad program is an exception.
"""


class FederationError(Exception):
    """Something a person can be told about. `code` is stable and may be shown, logged or returned by an API."""

    code: str = "federation"
    retryable: bool = False


class ConfigError(FederationError):
    """The operator must act: a setting is missing, contradictory or unreadable."""

    code = "config"


class SourceError(FederationError):
    """The network behind a source must act, or we must wait. Ends this job, no other."""

    code = "source"

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source, self.reason = source, reason


class RequestError(FederationError):
    """The caller must act: what was asked cannot be answered as asked."""

    code = "request"


class NotFound(RequestError):
    """Nothing answers to that name or key."""

    code = "not-found"


class ContractError(FederationError):
    """The developers must act: one of our own programs broke the contract between them."""

    code = "contract"
