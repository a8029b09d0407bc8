"""`rrma-hub network`: the networks' own door: their tokens, and what they are told."""

from typing import Annotated

import typer

from hub.cli.door import HERE, AsJson, Home, show_facts, show_rows
from hub.model.account import Account
from hub.networks import issue, revoke
from hub.networks.tokens import read_hashes
from hub.store import feedback
from hub.store.engine import reading
from hub.wiring import open_hub
from schemas.canonical import JSON

app = typer.Typer(name="network", help="What networks are told, and their tokens.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A network, as `source list` names it.")]
_COLUMNS = ("network", "token", "as_of", "sent", "published", "merged", "quarantined", "held", "erased")


@app.command("list")
def list_networks(home: Home = HERE, as_json: AsJson = False) -> None:
    """List what became of each network's records, in totals that add up, and whether it has a token."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        tokens = read_hashes(home / hub.settings.networks)
        accounts = {account.source: _told(account) for account in feedback.every_account(connection)}
        names = sorted({source.name for source in hub.sources} | accounts.keys())
    rows = [{"network": name, "token": name in tokens, **accounts.get(name, {"as_of": None})} for name in names]
    show_rows(rows, _COLUMNS, as_json=as_json)


@app.command()
def token(network: Name, home: Home = HERE, as_json: AsJson = False) -> None:
    """Give a network a new token, in place of any other. It is shown once: send it by a safe way."""
    with open_hub(home) as hub:
        hub.chosen([network])
        given = issue(home / hub.settings.networks, network)
    show_facts({"network": network, "token": given}, as_json=as_json)


@app.command("revoke")
def revoke_token(network: Name, home: Home = HERE) -> None:
    """Take a network's token back; it counts at once."""
    with open_hub(home) as hub:
        revoke(home / hub.settings.networks, network)
    typer.echo(f"{network} may no longer enter")


def _told(account: Account) -> JSON:
    return {"as_of": account.as_of.isoformat(), "read_seq": account.read_seq, **account.totals.as_json()}
