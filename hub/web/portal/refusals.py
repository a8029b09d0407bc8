"""What a page says when there is nothing to show: what happened, in words, and which other date has something."""

from hub.french import moment
from hub.web.current import NothingThen, NotKept, NotPublishedYet, NotYet, Withdrawn
from schemas.errors import FederationError

ERRORS = {
    400: ("Demande illisible", "L’adresse contient une valeur que nous ne savons pas lire."),
    403: (
        "Données non ouvertes",
        "Cette fiche se lit sur sa page ; sa structure n’a pas accepté sa reprise.",
    ),
    404: ("Page introuvable", "Cette adresse ne mène à aucune page du catalogue."),
    405: ("Demande illisible", "Cette adresse se consulte, elle ne reçoit rien."),
    410: (
        "Fiche retirée",
        "Cette fiche a été publiée, puis retirée par son réseau. Son identifiant ne sera pas réutilisé.",
    ),
    503: ("Catalogue pas encore publié", "Aucune version n’est encore en ligne. Revenez dans quelques minutes."),
}
NOT_THEN = (
    "Pas au catalogue à cette date",
    "Cette adresse ne menait à rien dans la version du catalogue qui était en vigueur alors.",
)
DATES: dict[type[FederationError], tuple[str, str]] = {
    NotYet: ("Date à venir", "Cette date n’est pas encore passée : le catalogue de ce jour-là n’existe pas."),
    NotPublishedYet: ("Rien à cette date", "Aucune version du catalogue conservée ici n’était publiée à cette date."),
    NotKept: (
        "Version plus conservée",
        "La version de cette date n’est plus conservée : les plus anciennes ne le sont qu’une par semaine ou par mois.",
    ),
    Withdrawn: (
        "Version retirée à la suite d’un effacement",
        "Elle contenait une fiche qui devait être effacée : elle n’est plus servie. Son nom peut rester cité.",
    ),
}
UNEXPECTED = ("Erreur", "Quelque chose s’est mal passé de notre côté. L’incident est enregistré.")


def said(status: int, error: FederationError | None, *, dated: bool) -> tuple[str, str]:
    """A title and an explanation. dated: a past date was asked for."""
    if isinstance(error, NothingThen):
        return DATES[type(error)]
    return NOT_THEN if dated and status == 404 else ERRORS.get(status, UNEXPECTED)


def around(error: FederationError | None) -> list[tuple[str, str]]:
    """The times around one that no release answers for: as an address bar names them, and in words."""
    if not isinstance(error, NothingThen) or isinstance(error, Withdrawn):
        return []
    return [(at.strftime("%Y-%m-%dT%H:%M:%SZ"), moment(at)) for at in (error.earlier, error.later) if at]
