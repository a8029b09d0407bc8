"""The keeper: a process that outlives the demonstration just long enough to stop what it left running.

It leads the process group that every child of the demonstration joins, and reads a pipe that only the demonstration
holds open. However the demonstration ends, kill -9 included, the pipe closes and the keeper stops the group. It is run
by its path, and imports nothing of ours, so that it is ready in milliseconds.
"""

import os
import signal
import sys
import time

_GRACE_S = 5.0


def main() -> None:
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGTERM)
    time.sleep(_GRACE_S)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
