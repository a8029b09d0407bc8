"""What each error of a visit means for the officer of the network, and what to do about it, in French.

The codes are those of `hub.feeds.errors`, `hub.stages.visit` and `hub.store.sources`; a test holds that each is here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remedy:
    """happened: completes "La moisson s’est arrêtée : …". do: what the network should do."""

    happened: str
    do: str


_PROGRAM = "Prévenez la personne qui développe votre logiciel ; `rrma-hub conformance ADRESSE` lui montre le défaut."
_REMEDIES = {
    "source-unreachable": Remedy(
        "l’adresse de votre nœud n’a pas répondu",
        "Vérifiez que le serveur est allumé et que son adresse s’ouvre dans un navigateur.",
    ),
    "source-status": Remedy(
        "votre nœud a répondu par une erreur",
        "Ouvrez l’adresse du nœud dans un navigateur ; si l’erreur y est aussi, redémarrez le nœud ou prévenez votre "
        "hébergeur.",
    ),
    "source-token": Remedy(
        "votre nœud demande un jeton d’accès, et le nôtre manque ou n’est plus le bon",
        "Si vous avez changé le jeton du nœud, transmettez-nous le nouveau par un autre moyen que ce message.",
    ),
    "source-signature": Remedy(
        "la réponse n’est pas signée par la clé que nous connaissons de votre nœud",
        "Si vous avez changé de clé, donnez-nous la nouvelle de vive voix ou par courrier. Sinon prévenez vite "
        "la personne qui s’occupe de votre nœud : la réponse vient peut-être d’ailleurs.",
    ),
    "source-too-slow": Remedy(
        "votre nœud a répondu trop lentement", "Vérifiez la charge du serveur et sa connexion, ou prévenez l’hébergeur."
    ),
    "source-too-large": Remedy("la réponse dépasse la taille que nous acceptons", _PROGRAM),
    "source-ratio": Remedy("la réponse compressée grandit hors de toute proportion", _PROGRAM),
    "source-truncated": Remedy(
        "la réponse de votre nœud a été coupée avant la fin",
        "Souvent une panne passagère : attendez une nuit. Si cela revient, prévenez votre hébergeur.",
    ),
    "source-corrupt": Remedy("la réponse de votre nœud est illisible", _PROGRAM),
    "source-html": Remedy(
        "une page web est venue à la place de l’annuaire",
        "C’est souvent une page de connexion, de maintenance ou une adresse changée : ouvrez l’adresse du nœud dans un "
        "navigateur, et donnez-nous la bonne.",
    ),
    "source-content-type": Remedy("la réponse n’est pas du type attendu", _PROGRAM),
    "source-manifest": Remedy("le manifeste `feed.json` ne se lit pas, ou n’est pas celui de votre réseau", _PROGRAM),
    "source-version": Remedy(
        "votre nœud annonce une version que nous ne savons pas lire",
        "Donnez-nous le nom et la version de votre logiciel : l’un des deux côtés est à mettre à jour.",
    ),
    "source-redirect": Remedy(
        "l’adresse de votre nœud renvoie vers un autre site",
        "Donnez-nous la nouvelle adresse : par sécurité nous ne suivons pas un renvoi vers un autre site.",
    ),
    "source-address": Remedy(
        "l’adresse de votre nœud n’est pas une adresse publique",
        "Vérifiez le nom de domaine auprès de votre hébergeur, ou donnez-nous la bonne adresse.",
    ),
    "source-loop": Remedy("votre nœud annonce une suite qui ne vient jamais", _PROGRAM),
    "source-order": Remedy("les numéros de votre nœud ne se suivent pas", _PROGRAM),
    "source-busy": Remedy(
        "votre annuaire changeait pendant toute la lecture",
        "Rien à faire si une mise à jour était en cours : la prochaine nuit reprend. Sinon prévenez votre développeur.",
    ),
    "source-cursor-expired": Remedy("votre nœud a oublié son historique pendant la lecture", _PROGRAM),
    "source-loss-refused": Remedy(
        "plus de la moitié de votre annuaire disparaîtrait",
        "Si c’est voulu, écrivez-le-nous avant la prochaine nuit. Sinon rétablissez l’annuaire du nœud : rien n’a été "
        "supprimé chez nous.",
    ),
    "config": Remedy(
        "le jeton d’accès à votre nœud manque de notre côté", "Rien à faire chez vous : l’échelon national s’en occupe."
    ),
}
_UNKNOWN = Remedy(
    "ce qui a été reçu n’est pas exactement ce que votre nœud annonce",
    "Attendez une nuit ; si cela revient, prévenez la personne qui s’occupe de votre nœud.",
)


def remedy(code: str | None) -> Remedy:
    """Of an error code; a visit without one ended with a proof that does not hold."""
    return _REMEDIES.get(code or "", _UNKNOWN)
