"""`rrma-hub notice`: the mails about changes, sent or not."""

import sys
import threading
from typing import Annotated

import typer

from hub.cli.door import HERE, AsJson, Home, show_facts, show_json, show_rows
from hub.model.notice import Notice
from hub.notices import render
from hub.scheduler import Scheduler, now_utc
from hub.stages import mailing
from hub.store import notices
from hub.store.engine import reading
from hub.wiring import open_hub
from schemas.canonical import JSON
from schemas.errors import ConfigError, NotFound

app = typer.Typer(name="notice", help="The mails about changes.", no_args_is_help=True)
COLUMNS = ("number", "source", "kind", "audience", "state", "made_at", "sent_at", "error")


@app.command("list")
def list_notices(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 50,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """List the last notices, newest first, and what became of each."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        found = notices.newest(connection, limit)
    show_rows((notice.as_json() for notice in found), COLUMNS, as_json=as_json)


@app.command()
def show(number: int, home: Home = HERE, as_json: AsJson = False) -> None:
    """Show one notice: what became of it, and its text."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        found = notices.get(connection, number)
        told = _text(found, hub.settings.site) if found else {}
    if found is None:
        raise NotFound(f"no notice {number}")
    if as_json:
        show_json(found.as_json() | told)
        return
    show_facts({name: found.as_json()[name] for name in COLUMNS} | {"subject": told["subject"]}, as_json=False)
    sys.stdout.write(f"\n{told['text']}")


@app.command()
def send(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which.")] = False,
    again: Annotated[
        int | None, typer.Option(help="First let this one be sent again: it was refused, or nobody knows.")
    ] = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Send what waits now, as `schedule` does by itself."""
    with open_hub(home) as hub:
        if hub.settings.mail.post(home) is None and not dry_run:
            raise ConfigError("no mail is sent: set `host` under [mail] in hub.toml")
        if again is not None and not dry_run:
            with hub.engine.begin() as connection:
                if not notices.again(connection, again):
                    raise NotFound(f"notice {again} was neither refused nor left in doubt")
        found = mailing.waiting(hub.engine, now_utc())
        if not dry_run:
            Scheduler(hub, threading.Event()).mail()
            with reading(hub.engine) as connection:
                found = [now for notice in found if (now := notices.get(connection, notice.number))]
    show_rows((notice.as_json() for notice in found), COLUMNS, as_json=as_json)


def _text(notice: Notice, site: str) -> JSON:
    subject, text = render(notice, site)
    return {"subject": subject, "text": text}
