"""`rrma-hub judge`: a person decides about a pair of records."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from hub.cli.door import HERE, Home
from hub.model.match import Judgement, Verdict
from hub.store import clusters, judgements
from hub.wiring import open_hub
from schemas.errors import NotFound, RequestError
from schemas.record import COLLECTIONS, RecordKey

app = typer.Typer()

Key = Annotated[str, typer.Argument(help="COLLECTION:NETWORK/ID, or NETWORK/ID for an actor.", metavar="RECORD")]


@app.command()
def judge(
    verdict: Annotated[Verdict, typer.Argument(help="What the two records are.")],
    left: Key,
    right: Key,
    by: Annotated[str, typer.Option(help="Who decides.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    home: Home = HERE,
) -> None:
    """Say whether two records are the same thing. The next `resolve` follows the newest judgement of a pair."""
    pair = (_key(left), _key(right))
    if pair[0] == pair[1] or pair[0].collection != pair[1].collection:
        raise RequestError("a judgement is about two different records of one collection")
    with open_hub(home) as hub, hub.engine.begin() as connection:
        if unknown := [str(key) for key in pair if clusters.home_of(connection, key) is None]:
            raise NotFound(f"no such published record: {', '.join(unknown)}")
        decided = Judgement(
            left=pair[0], right=pair[1], verdict=verdict, author=by, reason=reason, at=datetime.now(UTC)
        )
        judgements.add(connection, decided)
    typer.echo(f"{pair[0]} and {pair[1]}: {verdict}")


def _key(text: str) -> RecordKey:
    """Raises RequestError."""
    collection, colon, rest = text.partition(":")
    if not colon or collection not in COLLECTIONS:
        collection, rest = "actor", text
    source, slash, local_id = rest.partition("/")
    if not (source and slash and local_id):
        raise RequestError(f"{text!r} names no record; a right one is actor:centraider/A-42")
    return RecordKey(collection, source, local_id)
