"""`rrma-hub`: every command is a door. It reads settings, opens the hub, calls a stage, and says what happened."""

import gc
import sys
from importlib import import_module

from hub.cli.collector import relax_collector
from schemas.errors import FederationError


def main() -> None:
    """Run the command line. An error that a person can act on is one line; anything else keeps its traceback."""
    try:
        is_match = sys.argv[1:2] == ["match"]
        if is_match:
            gc.disable()  # matching makes no cycles, and looking for them takes a fifth of its time
        import_module("hub.cli.program").app(obj=None if is_match else relax_collector)
    except FederationError as error:
        print(f"rrma-hub: {error}", file=sys.stderr)
        sys.exit(import_module("hub.cli.plain").exit_code(error))
