"""The portal of the demonstration, served in this process until a person stops it."""

import socket
from importlib.metadata import version
from pathlib import Path

import uvicorn

from hub.web.app import create_app
from hub.web.current import CurrentRelease
from schemas.errors import ConfigError

HOST = "127.0.0.1"


def reserve(port: int) -> socket.socket:
    """Take the port before minutes of work depend on it; 0 takes a free one. Raises ConfigError when it is taken."""
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        raise ConfigError(f"port {port} cannot be used ({error.strerror}): choose another with --port") from error


def serve(releases: Path, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, which uvicorn raises again once the last answer is out."""
    app = create_app(CurrentRelease(releases), version=version("rrma-hub"))
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])
