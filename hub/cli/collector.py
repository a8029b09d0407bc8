"""The collector of cycles, in a program that makes few and holds much."""

import atexit
import gc

# Containers made since the last look. A page of a feed is some fifteen thousand, none of them in a cycle.
_COLLECT_EVERY = 50_000


def relax_collector() -> None:
    """For a program that has started: look for cycles rarely, and never among the modules and models it is made of.

    Otherwise the collector takes an eighth of a harvest's time, nearly all of it over what stays for ever.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY)
    atexit.register(gc.unfreeze)  # libraries complain of what is still there at the very end
