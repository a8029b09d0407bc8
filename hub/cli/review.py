"""`rrma-hub review`: people decide which records speak of one thing, and take it back."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from hub.cli.door import HERE, AsJson, Home, show_facts, show_json, show_rows
from hub.cli.told import show_difference
from hub.model.decision import Undo
from hub.model.identity import tidy_national_id
from hub.model.match import Pair, Verdict
from hub.stages import judging
from hub.stages import review as reviewing
from hub.stages.what_if import effects
from hub.wiring import open_hub
from schemas.canonical import JSON
from schemas.errors import RequestError
from schemas.record import COLLECTIONS

app = typer.Typer(name="review", help="Doubtful pairs of records, and what people decide.", no_args_is_help=True)

Key = Annotated[str, typer.Argument(help="COLLECTION:NETWORK/ID, or NETWORK/ID for an actor.", metavar="RECORD")]
By = Annotated[str, typer.Option(help="Who decides.")]
Reason = Annotated[str, typer.Option(help="Why.")]

_QUEUE = ("expected", "probability", "joined", "left", "right", "left_name", "right_name", "log_odds", "changed")
_HISTORY = ("number", "at", "verdict", "left", "right", "author", "reason", "undone")


@app.command("list")
def list_review(
    collection: Annotated[str | None, typer.Option(help="Only actor, project or announcement.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="How many at most.")] = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person, the greatest expected effect on the catalogue first."""
    if collection not in (None, *COLLECTIONS):
        raise RequestError(f"no collection is called {collection!r}: {', '.join(COLLECTIONS)}")
    with open_hub(home) as hub:
        rows = [each.as_json() for each in reviewing.queue(hub.engine, hub.model, collection, limit)]
    for row in rows:
        row["changed"] = sorted({each["property"] for each in row["changes"]})
    show_rows(rows, _QUEUE, as_json=as_json)


@app.command()
def show(left: Key, right: Key, home: Home = HERE, as_json: AsJson = False) -> None:
    """Show two records side by side, what speaks for and against, and what each verdict would change."""
    pair = _pair(left, right)
    with open_hub(home) as hub:
        found = reviewing.compare(hub.engine, hub.model, pair).as_json()
        found["verdicts"] = effects(hub.engine, hub.model, pair)
    if as_json:
        show_json(found)
        return
    show_rows(_side_by_side(found), ("", "left", "right"), as_json=False)
    for part in found["parts"]:
        typer.echo(part["text_fr"])
    show_facts({"log_odds": found["log_odds"], "joined": found["joined"]}, as_json=False)
    show_rows(found["changes"], ("record", "property", "before", "now"), as_json=False)
    show_rows(found["history"], _HISTORY, as_json=False)
    for verdict, effect in found["verdicts"].items():
        typer.echo(f"\nif they were judged {verdict}:")
        show_difference(effect, as_json=False)


@app.command()
def explain(
    national_id: Annotated[str, typer.Argument(help="Of a cluster, as it is typed.", metavar="ID")],
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Tell why the records of one cluster stand together: every compared pair, and what people decided."""
    with open_hub(home) as hub:
        found = reviewing.explain(hub.engine, tidy_national_id(national_id)).as_json()
    if as_json:
        show_json(found)
        return
    show_rows(found["members"], ("key", "name"), as_json=False)
    for edge in found["edges"]:
        typer.echo(f"\n{edge['left']} = {edge['right']}: {edge['log_odds']:+}")
        for part in edge["parts"]:
            typer.echo(f"  {part['text_fr']}")
    show_rows(found["decided"], _HISTORY, as_json=False)


@app.command()
def same(left: Key, right: Key, by: By, reason: Reason, home: Home = HERE, as_json: AsJson = False) -> None:
    """Decide that two records are the same thing."""
    _judge(Verdict.SAME, left, right, by, reason, home, as_json=as_json)


@app.command()
def different(left: Key, right: Key, by: By, reason: Reason, home: Home = HERE, as_json: AsJson = False) -> None:
    """Decide that two records are different things."""
    _judge(Verdict.DIFFERENT, left, right, by, reason, home, as_json=as_json)


@app.command()
def unsure(left: Key, right: Key, by: By, reason: Reason, home: Home = HERE, as_json: AsJson = False) -> None:
    """Note that nobody can tell; the pair leaves the queue until one of its records says something else."""
    _judge(Verdict.UNSURE, left, right, by, reason, home, as_json=as_json)


@app.command()
def undo(
    number: Annotated[int, typer.Argument(min=1, max=(1 << 63) - 1, help="As `review history` gives it.")],
    by: By,
    reason: Reason,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Take back one judgement; an earlier one of its pair stands again."""
    with open_hub(home) as hub:
        taken_back = Undo(author=by, reason=reason, at=datetime.now(UTC))
        show_facts(judging.undo(hub.engine, number, taken_back).as_json(), as_json=as_json)


@app.command()
def history(home: Home = HERE, as_json: AsJson = False) -> None:
    """List every decision ever taken, and what was taken back."""
    with open_hub(home) as hub:
        rows = [each.as_json() for each in judging.history(hub.engine)]
    show_rows(rows, _HISTORY, as_json=as_json)


def _judge(verdict: Verdict, left: str, right: str, by: str, reason: str, home: Home, *, as_json: bool) -> None:
    said = judging.judgement(verdict, left, right, author=by, reason=reason, at=datetime.now(UTC))
    with open_hub(home) as hub:
        show_facts(judging.judge(hub.engine, said).as_json(), as_json=as_json)


def _pair(left: str, right: str) -> Pair:
    return Pair.of(judging.record_key(left), judging.record_key(right))


def _side_by_side(found: JSON) -> list[JSON]:
    """A row for the identifiers, then one for each property that either record states."""
    one, two = found["left"], found["right"]
    names = sorted(one["record"].keys() | two["record"].keys())
    rows: list[JSON] = [{"": name, "left": one[name], "right": two[name]} for name in ("key", "national_id")]
    return rows + [{"": name, "left": one["record"].get(name), "right": two["record"].get(name)} for name in names]
