"""What a node refuses. Messages are read by network officers: plain French that says what to do."""

from schemas.errors import ConfigError, FederationError, RequestError


class NotANode(ConfigError):
    """The folder holds no node, or one that this program cannot open."""

    code = "not-a-node"


class LossRefused(RequestError):
    """A file yields fewer than half of what its origin last gave: nothing is stored without confirmation."""

    code = "loss-refused"


class HubRefused(FederationError):
    """The national level does not answer, or refuses: the message says who must act."""

    code = "hub"


class CursorExpired(RequestError):
    """The reader's cursor lies before the oldest change still kept: it must read the snapshot."""

    code = "cursor-expired"


class NotAnExport(RequestError):
    """The target folder holds something else than an earlier export of this node."""

    code = "not-an-export"
