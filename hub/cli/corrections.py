"""`rrma-hub correction`: propose a value to a network, which accepts or refuses it."""

from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer

from hub.cli.door import HERE, AsJson, Home, show_facts, show_rows
from hub.stages import correcting
from hub.stages.judging import record_key
from hub.store import corrections
from hub.store.engine import reading
from hub.wiring import open_hub

app = typer.Typer(name="correction", help="Values that are proposed to networks.", no_args_is_help=True)

_COLUMNS = ("number", "record", "field", "current", "proposed", "author", "proposed_at", "answer", "answer_reason")


@app.command()
def propose(
    record: Annotated[str, typer.Argument(help="COLLECTION:NETWORK/ID, or NETWORK/ID for an actor.")],
    pointer: Annotated[str, typer.Argument(help="The field, as /seat/postcode.")],
    value: Annotated[str, typer.Argument(help="What it should say: JSON, or else a text.")],
    by: Annotated[str, typer.Option(help="Who proposes.")],
    reason: Annotated[str, typer.Option(help="Why, in French: the network reads it.")],
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Propose a value for a field; the network is told of it with its feedback."""
    with open_hub(home) as hub:
        found = correcting.propose(
            hub.engine, record_key(record), pointer, _read(value), author=by, reason=reason, now=datetime.now(UTC)
        )
    show_facts(found.as_json(), as_json=as_json)


@app.command("list")
def list_corrections(
    source: Annotated[str | None, typer.Argument(help="Only this source.")] = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """List what was proposed, and what networks answered."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        rows = [each.as_json() for each in corrections.every(connection, source)]
    show_rows(rows, _COLUMNS, as_json=as_json)


def _read(text: str) -> Any:
    """A list, object, number or truth as JSON; anything else is the text itself, digits that begin with 0 too."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return found if isinstance(found, list | dict | bool | float) else text
