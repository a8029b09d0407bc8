"""What happens to a name on its way into a directory. Each kind of damage has a name, so that one can be held out."""

from collections.abc import Callable
from random import Random
from unicodedata import normalize

from tests.directories.bodies import Body
from tests.directories.words import PURPOSES

Damage = Callable[[Random, str, Body], str]

_SHORT = {
    "Association": "Assoc.", "Comité": "Cté", "Saint-": "St ", "Centre hospitalier": "CH",
    "Communauté de communes": "CC", "Communauté d'agglomération": "CA", "Développement": "Dév.",
    "développement": "dévt", "Solidarité": "Solid.",
    "Université": "Univ.", "Lycée professionnel": "LP", "départementale": "dép.", "internationale": "internat.",
}  # fmt: skip
_INITIALS = {
    "Association": "Ass", "Comité": "Cte", "Centre": "Ctre", "départemental": "dep", "Fédération": "Fed",
    "Compagnie": "Cie", "Saint": "St", "Sainte": "Ste", "Groupement": "Gpt",
}  # fmt: skip
_FORMS = ("Association {}", "Asso. {}", "ASSO {}", "{} (association loi 1901)", "{} - ONG", "Ass. {}")
_DROPPED = ("Association pour le ", "Association pour la ", "Association ", "Les ", "Ville de ")
_TAILS = (
    "solidarité internationale", "aide au développement", "siège", "et partenaires", "France", "échanges et amitié",
)  # fmt: skip


def _upper(_chance: Random, name: str, _body: Body) -> str:
    return name.upper()


def _unaccented(_chance: Random, name: str, _body: Body) -> str:
    return normalize("NFD", name).encode("ascii", "ignore").decode()


def _mojibake(_chance: Random, name: str, _body: Body) -> str:
    return name.encode("utf-8").decode("latin-1") if name.isprintable() else name


def _form_added(chance: Random, name: str, body: Body) -> str:
    is_plain = body.type.startswith("ASSO") and not name.startswith("Asso")
    return chance.choice(_FORMS).format(name) if is_plain else name


def _form_dropped(_chance: Random, name: str, _body: Body) -> str:
    form = next((form for form in _DROPPED if name.startswith(form) and len(name) > len(form) + 4), "")
    return name.removeprefix(form)


def _shortened(_chance: Random, name: str, _body: Body) -> str:
    for long, short in _SHORT.items():
        name = name.replace(long, short)
    return name


def _squeezed(chance: Random, name: str, body: Body) -> str:
    """As old programs store names: capitals, no small words, the long words cut."""
    if len(name) < 24 or body.kind == "authority":
        return name
    most = chance.choice((6, 7, 8))
    words = [word for word in name.replace("'", " ").replace("-", " ").split() if len(word) > 2 or word.isdigit()]
    kept = body.commune.name.replace("'", " ").replace("-", " ").split()
    return " ".join(word if word in kept else _INITIALS.get(word, word[:most]) for word in words).upper()


def _ex_note(_chance: Random, name: str, body: Body) -> str:
    return f"{name} EX {body.former}" if body.former and body.former != name else name


def _file_number(chance: Random, name: str, _body: Body) -> str:
    return f"{name} {chance.choice('ABC')}A{chance.randint(100, 9999)}!"


def _typing_error(chance: Random, name: str, _body: Body) -> str:
    if len(name) < 8:
        return name
    at = chance.randrange(2, len(name) - 2)
    return chance.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            name[:at] + chance.choice("aeirstn") + name[at + 1 :],
        )
    )


def _reordered(_chance: Random, name: str, _body: Body) -> str:
    first, dash, rest = name.partition(" - ")
    if dash:
        return f"{rest} - {first}"
    words = name.split()
    return f"{' '.join(words[1:])} ({words[0]})" if len(words) > 2 else name


def _cut(_chance: Random, name: str, _body: Body) -> str:
    return name[:32].rstrip(" -'") if len(name) > 36 else name


def _acronym_only(_chance: Random, name: str, body: Body) -> str:
    return body.acronym if len(body.acronym) >= 4 and body.kind == "association" else name


def _acronym_first(_chance: Random, name: str, body: Body) -> str:
    return f"{body.acronym} - {name}" if body.acronym and body.acronym not in name else name


def _acronym_after(_chance: Random, name: str, body: Body) -> str:
    return f"{name} ({body.acronym})" if body.acronym and body.acronym not in name else name


def _town_added(chance: Random, name: str, body: Body) -> str:
    has_place = body.commune.name in name or body.kind in ("authority", "branch", "twinning")
    return name if has_place else f"{name}{chance.choice((' de ', ' ', ' - '))}{body.commune.name}"


def _tail_added(chance: Random, name: str, body: Body) -> str:
    return f"{name} - {chance.choice(_TAILS)}" if body.kind == "association" else name


def _purpose_added(chance: Random, name: str, body: Body) -> str:
    return f"{name} - {chance.choice(PURPOSES)}" if body.type.startswith("ASSO") else name


def _former(_chance: Random, name: str, body: Body) -> str:
    return body.former or name


def _respelt(chance: Random, _name: str, body: Body) -> str:
    return chance.choice(body.spellings or (body.name,))


NAME_DAMAGE: dict[str, tuple[int, Damage]] = {
    "upper": (12, _upper),
    "unaccented": (10, _unaccented),
    "mojibake": (1, _mojibake),
    "form-added": (8, _form_added),
    "form-dropped": (7, _form_dropped),
    "shortened": (7, _shortened),
    "typing-error": (9, _typing_error),
    "squeezed": (6, _squeezed),
    "reordered": (3, _reordered),
    "cut": (3, _cut),
    "acronym-only": (2, _acronym_only),
    "acronym-first": (5, _acronym_first),
    "acronym-after": (6, _acronym_after),
    "town-added": (6, _town_added),
    "tail-added": (3, _tail_added),
    "purpose-added": (2, _purpose_added),
    "former": (3, _former),
    "ex-note": (3, _ex_note),
    "file-number": (1, _file_number),
}
"""By name: how often, of about a hundred damaged names, and what it does."""

HELD_OUT = frozenset(
    {"cut", "reordered", "tail-added", "purpose-added", "mojibake", "former", "ex-note", "file-number"}
)
"""The kinds that training never sees."""


def damaged(chance: Random, body: Body, without: frozenset[str] = frozenset()) -> str:
    """The body's name in one of its spellings, after none to three kinds of damage, those of `without` left out."""
    name = _respelt(chance, body.name, body) if chance.random() < 0.5 else body.name
    kinds = {each: weight for each, (weight, _) in NAME_DAMAGE.items() if each not in without}
    for kind in chance.choices(list(kinds), list(kinds.values()), k=chance.choices((0, 1, 2, 3), (30, 40, 22, 8))[0]):
        name = NAME_DAMAGE[kind][1](chance, name, body)
    return name
