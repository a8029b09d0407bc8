"""Exit codes of `rrma-node`: the one table from what went wrong to a number. The README repeats it, a test compares."""

from collections.abc import Mapping

from node.errors import HubRefused, LossRefused
from schemas.errors import ConfigError, ContractError, FederationError, SourceError

DONE = 0
SOURCE = 1
USAGE = 2
KEPT_BACK = 3
LOSS = 4
CONTRACT = 5
HUB = 6

MEANINGS: Mapping[int, str] = {
    DONE: "fait",
    SOURCE: "le fichier ne peut pas être lu, ou le disque refuse",
    USAGE: "commande, réglage ou correspondance à corriger",
    KEPT_BACK: "fait, mais des lignes ont été mises de côté",
    LOSS: "refusé : le fichier donne moins de la moitié des fiches précédentes",
    CONTRACT: "défaut du programme, à signaler",
    HUB: "le pôle national ne répond pas, ou refuse",
}

# Most precise first.
_CODES: Mapping[type[FederationError], int] = {
    LossRefused: LOSS,
    HubRefused: HUB,
    SourceError: SOURCE,
    ConfigError: USAGE,
    ContractError: CONTRACT,
    FederationError: USAGE,
}


def code_of(error: FederationError) -> int:
    return next(code for kind, code in _CODES.items() if isinstance(error, kind))
