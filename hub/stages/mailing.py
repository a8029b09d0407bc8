"""Mailing: send the notices that wait, each at most once.

    claim ──► offer ──► handed over (written down first) ──► text given ──► sent
      │         └── no: refused, or tried again at the next look   └── no answer: doubtful, for a person to decide
      └── another sender has it

A mail that comes twice is a nuisance, and one that never comes is told by `notice list` and by the log: so whatever may
have arrived is not sent again by itself. A server that is down stops nothing but mail.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from hub.mail import Doubtful, Post, Refused, Session, Unavailable, letter, open_session
from hub.model.notice import Audience, Notice
from hub.notices import render
from hub.store import notices
from hub.store.engine import reading

log = structlog.get_logger()

# A server that keeps saying "later" for this long means no.
PATIENCE = timedelta(days=3)

Address = Callable[[Notice], str | None]


def waiting(engine: Engine, now: datetime) -> list[Notice]:
    """What would be sent now."""
    with reading(engine) as connection:
        return notices.waiting(connection, now)


def send(engine: Engine, post: Post, address_of: Address, site: str, owner: str, clock: Callable[[], datetime]) -> int:
    """Send what waits. Returns how many were taken by the mail server.

    address_of: where a notice goes today; None when nobody is to be told any more.
    owner:      a token that no other sender has.
    """
    found = waiting(engine, clock())
    if not found:
        return 0
    try:
        with open_session(post) as session:
            return sum(_send(engine, session, notice, address_of(notice), site, owner, clock) for notice in found)
    except Unavailable as error:
        log.warning("mail.unavailable", reason=str(error), waiting=len(found))
        return 0


def _send(
    engine: Engine,
    session: Session,
    notice: Notice,
    address: str | None,
    site: str,
    owner: str,
    clock: Callable[[], datetime],
) -> bool:
    with engine.begin() as connection:
        if not notices.claim(connection, notice.number, owner, clock()):
            return False
        if address is None:
            notices.refuse(connection, notice.number, "nobody is to be told any more", clock())
            return False
    try:
        subject, text = render(notice, site)
        message = letter(session.sender, address, subject, text, notice.number, notice.made_at)
        session.offer(address)
        with engine.begin() as connection:
            if not notices.hand_over(connection, notice.number, owner, clock()):
                return False
        session.hand_over(message)
    except (Refused, Doubtful, Unavailable) as error:
        _give_up(engine, notice, error, clock())
        if isinstance(error, Unavailable):
            raise
        return False
    with engine.begin() as connection:
        notices.sent(connection, notice.number, clock())
    log.info("notice.sent", notice=notice.number, kind=notice.kind, source=notice.source, audience=notice.audience)
    return True


def _give_up(engine: Engine, notice: Notice, error: Refused | Doubtful | Unavailable, now: datetime) -> None:
    later = isinstance(error, Unavailable) or (isinstance(error, Refused) and error.temporary)
    with engine.begin() as connection:
        if isinstance(error, Doubtful):
            notices.doubt(connection, notice.number, str(error))
        elif later and now - notice.made_at < PATIENCE:
            notices.put_off(connection, notice.number, str(error))
        else:
            notices.refuse(connection, notice.number, str(error), now)
    log.warning("notice.not_sent", notice=notice.number, code=error.code, reason=str(error))


def addresses(steward: str, contacts: Mapping[str, str | None]) -> Address:
    """Where notices go. contacts: source -> the address of its network, if it has one."""
    return lambda notice: (
        (steward or None) if notice.audience is Audience.STEWARD else contacts.get(notice.source or "")
    )
