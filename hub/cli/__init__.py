"""`rrma-hub`: every command is a door. It reads settings, opens the hub, calls a stage, and says what happened.

`match` needs no hub: it starts without loading one, in a quarter of the time.
"""

import gc
import sys
from importlib import import_module

from schemas.errors import FederationError


def main() -> None:
    """Run the command line. An error that a person can act on is one line; anything else keeps its traceback."""
    try:
        if sys.argv[1:2] == ["match"]:
            gc.disable()  # matching makes no cycles, and looking for them takes a fifth of its time
            import_module("hub.cli.match").app(args=sys.argv[2:], prog_name="rrma-hub match")
        else:
            program = import_module("hub.cli.program")
            import_module("hub.wiring").relax_collector()
            program.app()
    except FederationError as error:
        print(f"rrma-hub: {error}", file=sys.stderr)
        sys.exit(import_module("hub.cli.plain").exit_code(error))
