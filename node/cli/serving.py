"""Serve a node until it is told to stop."""

import signal
import socket

import uvicorn

from node.cli.output import say
from node.cli.report import warn_of_counted_only
from node.home import Home
from node.web.app import app_of
from schemas.errors import ConfigError

_STOP_WITHIN_S = 10


def run(home: Home, host: str, port: int) -> None:
    """Serve on host and port (0: a free one); the first line printed says where, once connections are accepted.

    Raises ConfigError when the address cannot be had.
    """
    app = app_of(home)
    with _listening(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        say(f"Écoute sur http://{shown}:{listener.getsockname()[1]}")
        if home.settings.token_file is None:
            warn_of_counted_only(home)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=_STOP_WITHIN_S, server_header=False
        )
        # uvicorn finishes what it was answering, then raises the signal again: that must not end us in disorder.
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, lambda *_: None)
        uvicorn.Server(config).run(sockets=[listener])
    say("Arrêté.")


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason = f"Impossible d'écouter sur {host}, port {port} : {error.strerror}. Essayez --port 0."
        raise ConfigError(reason) from error
