"""What endpoints ask for: the node, and one consistent view of its store that lasts until the answer is sent."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from node.home import Home
from node.store.engine import reading

READ = ["GET", "HEAD"]


def home(request: Request) -> Home:
    opened: Home = request.app.state.home
    return opened


HomeDep = Annotated[Home, Depends(home)]


def view(opened: HomeDep) -> Iterator[Connection]:
    """FastAPI leaves this after the last byte of a stream, or when the reader is gone."""
    with reading(opened.engine) as connection:
        yield connection


ViewDep = Annotated[Connection, Depends(view)]
