"""Mail: hand one text to one address through the operator's mail server, and know what became of it.

    connect, TLS, log in ──► MAIL, RCPT ──► DATA ──► taken
          │                     │             ├── a reply that says no: Refused
          │                     │             └── no reply: Doubtful
          └── Unavailable       └── Refused

Until the text is handed over it certainly was not sent; after a lost connection in DATA nobody knows.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from schemas.errors import FederationError

_TIMEOUT_S = 30.0
_OK, _FORWARDED, _GO_ON = 250, 251, 354
# A line that is one dot ends the text (RFC 5321, section 4.5.2).
_FIRST_DOT = re.compile(rb"^\.", re.MULTILINE)


class Unavailable(FederationError):
    """The mail server cannot be used now: nothing was sent, and the next look tries again."""

    code = "mail-unavailable"


class Refused(FederationError):
    """The mail server said no: this was not sent. temporary: it may say yes later (RFC 5321, section 4.2.1)."""

    code = "mail-refused"

    def __init__(self, code: int, said: bytes | str) -> None:
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        super().__init__(f"{code} {' '.join(text.split())[:200]}")
        self.temporary = 400 <= code < 500


class Doubtful(FederationError):
    """The connection was lost while the server had the text: it may have been sent."""

    code = "mail-doubtful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The operator's mail server. password: with `user`, and then only under TLS."""

    host: str
    port: int
    starttls: bool
    sender: str
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """An open connection to a mail server."""

    server: smtplib.SMTP
    sender: str

    def offer(self, address: str) -> None:
        """Ask whether it takes mail for this address. Raises Refused, Unavailable."""
        try:
            for code, said in (self.server.rset(), self.server.mail(self.sender), self.server.rcpt(address)):
                if code not in (_OK, _FORWARDED):
                    raise Refused(code, said)
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(_said(error)) from error

    def hand_over(self, message: EmailMessage) -> None:
        """Give it the text, once. Raises Refused, Unavailable, and Doubtful when its last word was not heard."""
        try:
            code, said = self.server.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(_said(error)) from error
        if code != _GO_ON:
            raise Refused(code, said)
        try:
            self.server.send(_FIRST_DOT.sub(b"..", message.as_bytes()) + b".\r\n")
            code, said = self.server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Doubtful(_said(error)) from error
        if code != _OK:
            raise Refused(code, said)


@contextmanager
def open_session(post: Post) -> Iterator[Session]:
    """Connect, under TLS with a verified certificate unless the operator said otherwise. Raises Unavailable."""
    try:
        server = smtplib.SMTP(post.host, post.port, timeout=_TIMEOUT_S)
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(_said(error)) from error
    try:
        _prepare(server, post)
        yield Session(server, post.sender)
    finally:
        server.close()


def _prepare(server: smtplib.SMTP, post: Post) -> None:
    try:
        if post.starttls:
            server.starttls(context=ssl.create_default_context())
        if post.user:
            server.login(post.user, post.password)
        server.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(_said(error)) from error


def letter(sender: str, address: str, subject: str, text: str, number: int, now: datetime) -> EmailMessage:
    """A plain text message. Whatever a subject holds, it is one line; the same notice has the same Message-ID for ever.

    now: when the notice was made.
    """
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"], message["To"] = sender, address
    message["Subject"] = " ".join(subject.split())
    message["Date"] = now
    message["Message-ID"] = f"<notice.{number}.{now:%Y%m%dT%H%M%S}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no robot answers
    message.set_content(text)
    return message


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
