"""A real mail server on loopback, that keeps what it is given and misbehaves when told."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


class Letters:
    """What arrived, as (address, message). `says`: command -> the reply, or "drop" to hang up instead.

    aiosmtpd looks its methods up by name.
    """

    def __init__(self) -> None:
        self.arrived: list[tuple[str, EmailMessage]] = []
        self.raw: list[bytes] = []
        self.says: dict[str, str] = {}

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.mail_from = address
        return self._reply(server, "MAIL")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self._reply(server, "RCPT")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        reply = self._reply(server, "DATA")
        if reply.startswith("250") or self.says.get("DATA") == "drop":
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.raw.append(envelope.content)
            self.arrived += [(address, message) for address in envelope.rcpt_tos]
        return reply

    def _reply(self, server: Any, command: str) -> str:
        said = self.says.get(command, "250 OK")
        if said == "drop":
            server.transport.abort()
        return "250 OK" if said == "drop" else said

    @property
    def told(self) -> list[tuple[str, str]]:
        """(address, subject) of each letter."""
        return [(address, str(message["subject"])) for address, message in self.arrived]


class _OnAFreePort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(letters: Letters, port: int = 0, **options: Any) -> Iterator[int]:
    """The port of a server for as long as the block lasts. options: those of aiosmtpd's Controller."""
    server = _OnAFreePort(letters, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()
