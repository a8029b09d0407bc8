"""How long a visit bears with a slow or busy source: its clock, and what it may still wait when it is asked to."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Of all a visit's requests together: the night has other sources to read, and this one is read again tomorrow.
MOST_S = 120.0


@dataclass(slots=True)
class Patience:
    """For one visit. left_s: seconds it may still wait. clock: seconds that only rise; sleep: passes some of them."""

    left_s: float = MOST_S
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def wait(self, asked_s: float | None) -> bool:
        """Wait as long as a source asks. False, without waiting, when it says nothing or asks for too much."""
        if asked_s is None:
            return False
        wait_s = max(asked_s, 1.0)  # one that asks for nothing is not asked again for ever
        if wait_s > self.left_s:
            return False
        self.left_s -= wait_s
        self.sleep(wait_s)
        return True


def asked_s(retry_after: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for, in either of its forms (RFC 9110, 10.2.3); None when it is none."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - (now or datetime.now(UTC))).total_seconds())
