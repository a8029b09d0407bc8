"""Every issue that validation can raise: its stable code, how grave it is, and what it means.

The README of this folder repeats this table, and a test holds the two together. A code is never given another meaning;
an unfit record is one with an ERROR, so ERROR is kept for what would mislead whoever reads the record.
"""

from collections.abc import Mapping

from schemas.record import Issue, Severity

ERROR, WARNING, ADVICE = Severity.ERROR, Severity.WARNING, Severity.ADVICE

STRUCTURE: Mapping[str, str] = {
    "unreadable": "La fiche n'est pas un objet JSON, ou elle est imbriquée trop profondément.",
    "missing": "Une propriété obligatoire manque.",
    "incomplete": "Aucune des propriétés dont une au moins est attendue n'est donnée.",
    "wrong-type": "La valeur n'est pas de la nature attendue (texte, nombre, liste…).",
    "wrong-shape": "Le texte n'a pas la forme attendue.",
    "wrong-date": "La date ou le moment n'existe pas ou n'a pas la forme attendue.",
    "unknown-value": "La valeur n'est pas dans la liste fermée du schéma.",
    "empty": "Un texte est vide, ou une liste n'a pas assez de valeurs.",
    "too-long": "Un texte ou une liste dépasse la taille permise.",
    "out-of-range": "Un nombre est trop petit ou trop grand.",
    "repeated": "La même valeur figure deux fois dans une liste.",
}

BEYOND: Mapping[str, tuple[Severity, str]] = {
    "identifier-shape": (ERROR, "L'identifiant n'a pas la forme de son répertoire."),
    "identifier-checksum": (ERROR, "La clé de contrôle de l'identifiant est fausse."),
    "identifier-untidy": (WARNING, "L'identifiant est juste, mais écrit avec des espaces, des points ou en adresse."),
    "siren-siret-mismatch": (WARNING, "Le SIRET n'appartient pas au SIREN de la même fiche."),
    "unknown-code-required": (ERROR, "Le code obligatoire (type, nature) n'est pas dans le vocabulaire."),
    "unknown-code": (WARNING, "Le code n'est pas dans le vocabulaire."),
    "unknown-commune": (WARNING, "Le code INSEE ne désigne aucune commune."),
    "unknown-postcode": (WARNING, "Le code postal n'est d'aucun département."),
    "postcode-commune-mismatch": (WARNING, "Le code postal ne dessert pas la commune indiquée."),
    "insee-city-mismatch": (WARNING, "Le code INSEE est celui d'une autre commune que celle qui est nommée."),
    "coordinates-outside": (WARNING, "Les coordonnées tombent hors du département du siège, ou hors de France."),
    "coordinates-at-sea": (WARNING, "Les coordonnées sont à plus de 25 km de toute commune du département."),
    "outside-perimeter": (WARNING, "Le siège est hors des régions du réseau ; le hub met la fiche en attente."),
    "impossible-date": (ERROR, "La date n'existe pas dans le calendrier."),
    "wrong-order": (WARNING, "Une fin précède son début, ou un maximum est inférieur à son minimum."),
    "url-host": (WARNING, "L'adresse web ne mène à aucun nom de domaine public."),
    "email-domain": (WARNING, "Le domaine de l'adresse électronique n'a pas la forme d'un domaine."),
    "personal-mailbox": (WARNING, "L'adresse est celle d'une messagerie de particulier."),
    "phone-shape": (WARNING, "Le numéro de téléphone n'a pas assez de chiffres, ou contient du texte."),
    "html-in-text": (WARNING, "Un texte simple contient du HTML."),
    "html-cleaned": (WARNING, "Le HTML contient autre chose que la mise en forme permise ; elle sera retirée."),
    "contact-without-consent": (WARNING, "Une personne est citée sans son accord ; elle ne sera pas transmise."),
    "unknown-territory": (WARNING, "Le code n'est celui d'aucune région ou d'aucun département."),
    "misspelt-property": (ADVICE, "Une propriété inconnue ressemble à une propriété du schéma."),
}


def fault(code: str, pointer: str, message: str) -> Issue:
    """An issue of a rule beyond the schema, with the severity of its code."""
    return Issue(code=code, pointer=pointer, severity=BEYOND[code][0], message=message)
