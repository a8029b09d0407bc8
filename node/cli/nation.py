"""At the national level's door: what became of our records, and that we have news."""

from datetime import UTC, datetime

from node import feedback as stages
from node.cli.output import say, show_table, tell_json
from node.home import Home
from node.nation import nation_of
from node.store import fates
from node.store.engine import reading
from node.web.told import FATES, in_words
from schemas.feedback import COUNTED, Fate


def feedback(home: Home, *, as_json: bool) -> None:
    with nation_of(home) as nation:
        done = stages.fetch(home, nation, datetime.now(UTC).replace(microsecond=0))
    view, totals = done.view, done.view.totals.as_json()
    with reading(home.engine) as connection:
        waiting = [in_words(each) for each in fates.found(connection, Fate.QUARANTINED)]
    if as_json:
        told = {"as_of": view.as_of, "read_seq": view.read_seq, "number": view.number, "changed": done.lines}
        tell_json({"network": home.settings.network, **told, "totals": totals})
        return
    rows = [(FATES[fate].plural, totals[fate], FATES[fate].todo) for fate in COUNTED]
    show_table("Vos fiches vues de l'échelon national", ("état", "fiches", "que faire"), rows)
    say(f"Transmises : {totals['sent']}, la somme exacte de ces lignes. État au {view.as_of[:10]}.")
    if totals["erased"]:
        say(f"Effacées à votre demande : {totals['erased']}.")
    remarks = [(one.fated.local_id, one.fated.label, *row[1:5]) for one in waiting for row in one.issue_rows]
    if remarks:
        headings = ("identifiant", "nom", "champ", "lu", "que faire", "exemple")
        show_table("Mises de côté", headings, remarks)


def ping(home: Home, *, as_json: bool) -> None:
    with nation_of(home) as nation:
        told = nation.ping()
    if as_json:
        tell_json(told)
        return
    at = datetime.fromisoformat(str(told["not_before"])).astimezone()
    say(f"Le pôle national relira votre annuaire à partir de {at:%H:%M}.")
