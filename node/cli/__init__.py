"""`rrma-node`: the doors of a node. Each reads its settings, calls one stage, and says what happened, in French.

The web is imported by the commands that need it: it would double the time of all the others.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from sqlalchemy.exc import DatabaseError

from node import home as homes
from node import ingest as stages
from node.cli import exits, report, status
from node.cli.mapping_choice import choose
from node.cli.output import complain, say, tell_json
from node.plan import Plan
from node.store import records
from node.store.engine import writing
from schemas.errors import FederationError, RequestError

app = typer.Typer(
    help="Le nœud d'un réseau régional : tient son annuaire et le transmet au pôle national.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

keys = typer.Typer(help="La clé qui signe ce que le nœud transmet.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(keys, name="key")

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="RRMA_NODE_HOME", help="Dossier du nœud (par défaut : le dossier courant).")
]
MappingOption = Annotated[
    Path | None, typer.Option("--mapping", help="Fichier de correspondance, ou son nom dans mappings/.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Écrire du JSON.")]
FileArgument = Annotated[Path, typer.Argument(metavar="FICHIER", help="Fichier CSV, XLSX, XLS ou ODS.")]


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Dossier à créer.")],
    network: Annotated[str, typer.Option(help="Identifiant du réseau, en minuscules : centraider.")],
    name: Annotated[str, typer.Option(help="Nom du réseau.")],
    regions: Annotated[list[str] | None, typer.Option(help="Codes INSEE des régions : 24, ou 27,44.")] = None,
    website: Annotated[str | None, typer.Option(help="Site du réseau.")] = None,
    contact: Annotated[str | None, typer.Option(help="Adresse électronique générique du réseau.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence des données (par défaut : etalab-2.0).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Créer un nœud : ses réglages, sa base, son dossier de correspondances."""
    values = {
        "network": network,
        "name": name,
        "regions": [code for given in regions or () for code in given.replace(",", " ").split()],
        "website": website,
        "contact": contact,
        "licence": licence,
    }
    made = homes.create(directory, values, epoch=uuid4(), now=_now())
    if as_json:
        tell_json({"network": made.settings.network, "home": str(directory.resolve())})
        return
    say(f"Nœud « {made.settings.name} » créé dans {directory}.")
    say(f"Ajoutez une correspondance dans {directory / homes.MAPPINGS}, puis lancez :")
    say(f"rrma-node check FICHIER --home {directory}")


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(metavar="FICHIER", help="Fichier CSV, XLSX, XLS ou ODS.")] = None,
    mapping: MappingOption = None,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="Demander au pôle national s'il connaît déjà les nouvelles fiches.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="Sans fichier : chercher une structure de ce nom.")] = None,
    city: Annotated[str | None, typer.Option(help="Avec --name : la commune de son siège.")] = None,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Montrer, ligne par ligne, ce que le fichier changerait, et qui est déjà connu. N'enregistre rien."""
    opened = homes.open_home(home)
    if (file is None) == (name is None):
        raise RequestError("Donnez un fichier, ou un nom avec --name : l'un des deux.")
    if file is None:
        from node.cli import nation  # noqa: PLC0415 (see above)

        nation.look_up(opened, str(name), city, as_json=as_json)
        return
    plan = stages.check(opened, stages.prepare(opened, file, choose(opened, mapping)))
    told = report.plan_json(plan, opened.settings)
    if not as_json:
        report.show_changes(plan)
        report.show_issues(plan)
    if duplicates:
        from node.cli import nation  # noqa: PLC0415 (see above)

        told["duplicates"] = nation.duplicates(opened, plan, as_json=as_json)
    if as_json:
        tell_json(told)
    else:
        report.show_summary(plan)
        say("Rien n'a été enregistré.")
    if plan.loss:
        complain(f"L'enregistrement serait refusé. {plan.loss}")
        raise typer.Exit(exits.LOSS)
    raise typer.Exit(_exit_of(plan))


@app.command()
def ingest(
    file: FileArgument,
    mapping: MappingOption = None,
    dated: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date du contenu du fichier (par défaut : maintenant)."),
    ] = None,
    confirm_loss: Annotated[
        bool, typer.Option("--confirm-loss", help="Accepter un fichier qui donne moins de la moitié des fiches.")
    ] = False,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Enregistrer un fichier : ses fiches remplacent celles que la même correspondance avait données."""
    opened = homes.open_home(home)
    now = _now()
    done = stages.ingest(
        opened,
        stages.prepare(opened, file, choose(opened, mapping)),
        dated=dated.replace(tzinfo=UTC) if dated else now,
        now=now,
        confirm_loss=confirm_loss,
    )
    if as_json:
        tell_json(report.ingested_json(done, opened.settings))
    else:
        report.show_issues(done.plan)
        report.show_summary(done.plan)
        say(f"Enregistré. Le nœud en est au changement n° {done.state.seq}.")
    raise typer.Exit(_exit_of(done.plan))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Adresse d'écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port ; 0 : un port libre.")] = 8100,
    home: HomeOption = Path(),
) -> None:
    """Servir le flux et les pages publiques, jusqu'à Ctrl-C."""
    from node.cli import serving  # noqa: PLC0415 (see above)

    serving.run(homes.open_home(home), host, port)


@app.command("export-static")
def export_static(
    target: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Dossier à publier sur un serveur web.")],
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Écrire le flux en fichiers, pour un simple hébergement web."""
    from node.static_export import export  # noqa: PLC0415 (see above)

    opened = homes.open_home(home)
    files = export(opened, target)
    report.warn_of_counted_only(opened)
    if as_json:
        tell_json({"network": opened.settings.network, "target": str(target.resolve()), "files": files})
    else:
        say(f"{target} : {', '.join(f'{name} ({size} octets)' for name, size in files.items())}.")


@app.command("status")
def show_status(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Dire où en est le nœud : fiches, derniers fichiers, lignes mises de côté."""
    opened = homes.open_home(home)
    found = status.read(opened)
    if as_json:
        tell_json(found)
    else:
        status.show(found)


@keys.command("make")
def make_key(
    file: Annotated[Path | None, typer.Argument(metavar="FICHIER", help="Par défaut : signature.key du nœud.")] = None,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Créer une clé qui signera tout ce que le nœud transmet."""
    from node import signing  # noqa: PLC0415 (see above)

    opened = homes.open_home(home)
    path = file or opened.path / signing.FILE
    public = signing.make(path)
    if as_json:
        tell_json({"network": opened.settings.network, "file": str(path.resolve()), "public_key": public})
        return
    say(f"Clé créée : {path}. Gardez-la secrète, et n'en envoyez jamais le contenu.")
    say(f'Pour l\'utiliser, écrivez dans {home / "node.toml"} : signing_key_file = "{path.resolve()}"')
    say(f"Clé publique, à dire au pôle national : {public}")


@keys.command("show")
def show_key(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Dire la clé publique, celle que le pôle national connaît."""
    from node import signing  # noqa: PLC0415 (see above)
    from schemas.signing import public_text  # noqa: PLC0415

    opened = homes.open_home(home)
    key = signing.key_of(opened)
    public = public_text(key.public_key()) if key else None
    if as_json:
        tell_json({"network": opened.settings.network, "public_key": public})
    else:
        say(public or "Ce nœud ne signe rien : créez une clé avec « rrma-node key make ».")


@app.command()
def feedback(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Relire du pôle national ce que sont devenues vos fiches."""
    from node.cli import nation  # noqa: PLC0415 (see above)

    nation.feedback(homes.open_home(home), as_json=as_json)


@app.command()
def ping(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Prévenir le pôle national qu'il y a du nouveau : il relit dans les minutes qui suivent."""
    from node.cli import nation  # noqa: PLC0415 (see above)

    nation.ping(homes.open_home(home), as_json=as_json)


@app.command()
def compact(
    before: Annotated[int, typer.Option(min=0, help="Oublier les retraits jusqu'à ce numéro de changement.")],
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Oublier d'anciens retraits ; un lecteur resté en deçà relira tout."""
    opened = homes.open_home(home)
    with writing(opened.engine) as connection:
        forgotten = records.compact(connection, before)
    if as_json:
        tell_json({"network": opened.settings.network, "forgotten": forgotten})
    else:
        say(f"{forgotten} retraits oubliés.")


correction = typer.Typer(help="Les corrections que propose le pôle national.", no_args_is_help=True)
app.add_typer(correction, name="correction")
NumberArgument = Annotated[int, typer.Argument(metavar="NUMÉRO", min=1, help="Numéro de la proposition.")]


@correction.command("list")
def list_corrections(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Lister les propositions qui attendent votre réponse."""
    from node.cli import nation  # noqa: PLC0415 (see above)

    nation.corrections(homes.open_home(home), as_json=as_json)


@correction.command()
def accept(number: NumberArgument, home: HomeOption = Path()) -> None:
    """Accepter une proposition : votre fiche dit la nouvelle valeur dès maintenant."""
    from node.cli import nation  # noqa: PLC0415 (see above)

    nation.accept(homes.open_home(home), number, _now())


@correction.command()
def refuse(
    number: NumberArgument,
    reason: Annotated[str, typer.Option(help="Pourquoi ; le pôle national le lira.")],
    home: HomeOption = Path(),
) -> None:
    """Refuser une proposition."""
    from node.cli import nation  # noqa: PLC0415 (see above)

    nation.refuse(homes.open_home(home), number, reason)


erasure = typer.Typer(help="Les fiches à effacer partout, et les reçus du pôle national.", no_args_is_help=True)
app.add_typer(erasure, name="erasure")


@erasure.command("ask")
def ask_erasure(
    local_id: Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="Celui de votre tableau.")],
    collection: Annotated[str, typer.Option(help="actor, project ou announcement.")] = "actor",
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Effacer une fiche ici, et demander au pôle national d'effacer tout ce qu'il en sait."""
    from node import erasing  # noqa: PLC0415 (see above)

    opened = homes.open_home(home)
    seq = erasing.ask(opened, collection, local_id, _now())
    if as_json:
        tell_json({"network": opened.settings.network, "collection": collection, "id": local_id, "seq": seq})
        return
    say(f"La fiche {local_id} est effacée de ce nœud. Le pôle l'effacera à sa prochaine lecture (rrma-node ping).")
    say("Ôtez aussi sa ligne de votre tableau : tant qu'elle y reste, elle est mise de côté.")
    say("« rrma-node erasure list » dit où cela en est.")


@erasure.command("lift")
def lift_erasure(
    local_id: Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="Celui de la fiche effacée.")],
    collection: Annotated[str, typer.Option(help="actor, project ou announcement.")] = "actor",
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Permettre à votre tableau de transmettre de nouveau une fiche effacée."""
    from node import erasing  # noqa: PLC0415 (see above)

    opened = homes.open_home(home)
    erasing.lift(opened, collection, local_id)
    if as_json:
        tell_json({"network": opened.settings.network, "collection": collection, "id": local_id})
        return
    say(f"L'effacement de {local_id} est levé : le prochain tableau enregistré qui contient la fiche la transmettra.")


@erasure.command("list")
def list_erasures(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Relire du pôle national où en est chaque effacement demandé, et garder ses reçus signés."""
    from node.cli import nation  # noqa: PLC0415 (see above)

    nation.erasures(homes.open_home(home), as_json=as_json)


@erasure.command("show")
def show_erasure(
    name: Annotated[str, typer.Argument(metavar="REÇU", help="Nom d'un reçu, comme le donne « erasure list ».")],
    home: HomeOption = Path(),
) -> None:
    """Écrire un reçu avec sa signature (JSON), pour le garder ou le faire vérifier."""
    from node.cli import nation  # noqa: PLC0415 (see above)

    nation.erasure_proof(homes.open_home(home), name)


def main() -> None:
    """Run the command line; an error a person can act on is a French sentence and an exit code, not a traceback."""
    try:
        app()
    except FederationError as error:
        complain(f"Erreur : {error}")
        sys.exit(exits.code_of(error))
    except (OSError, DatabaseError) as error:
        complain(f"Erreur du système : {error.orig if isinstance(error, DatabaseError) else error}")
        sys.exit(exits.SOURCE)


def _exit_of(plan: Plan) -> int:
    return exits.KEPT_BACK if plan.counts["kept_back"] else exits.DONE


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
