"""Explain: the parts of a score in plain French, with the value that speaks and what it weighs.

"même SIREN 775 672 272 : +6,0", "communes différentes (Brest, Quimper) : −1,0"
"""

from collections.abc import Mapping

from hub.resolution.features import Row
from schemas import geography

# Measure -> what it says, and the column whose values are shown with it.
_TEXTS: Mapping[str, tuple[str, str]] = {
    "bias": ("point de départ, avant toute comparaison", ""),
    "name.same": ("même nom", "whole"),
    "name.nearly": ("noms à une faute de frappe près", "whole"),
    "name.head": ("même début de nom, avant un tiret", "whole"),
    "name.cut": ("l'un des noms est le début de l'autre", "whole"),
    "name.alike": ("l'essentiel des deux noms est en commun", "core"),
    "name.unlike": ("l'essentiel des deux noms diffère", "core"),
    "name.both": ("chacun des noms a un mot parlant que l'autre n'a pas", "core"),
    "name.both_here": ("même commune, où chacun a un mot parlant que l'autre n'a pas", "commune"),
    "name.each": ("chacun des noms a un mot ordinaire que l'autre n'a pas", "core"),
    "name.each_here": ("même commune, où chacun a un mot ordinaire que l'autre n'a pas", "commune"),
    "name.shared": ("mots du nom en commun", "core"),
    "name.own": ("mot rare en commun", "core"),
    "name.rest": ("mots propres à chacun des deux noms", "core"),
    "name.tail": ("l'un des noms en dit plus que l'autre", "core"),
    "name.longer_here": ("même commune, où l'un des noms a un mot parlant de plus", "commune"),
    "name.spread": ("nom porté dans beaucoup de départements", ""),
    "name.services": ("un même patron, et deux sortes d'établissements", "whole"),
    "name.goes_on": ("l'un des noms continue par un mot parlant", "whole"),
    "name.rivals": ("nom sans aucun lieu, que plusieurs départements portent", "whole"),
    "name.nothing": ("aucun mot du nom en commun", "whole"),
    "acronym.same": ("même sigle", "acronyms"),
    "acronym.alone": ("l'un des noms n'est que le sigle de l'autre", "acronyms"),
    "acronym.initials": ("le sigle de l'un est fait des initiales de l'autre", "acronyms"),
    "acronym.other": ("sigles différents", "acronyms"),
    "number.other": ("nombres différents dans le nom", "numbers"),
    "place.commune": ("même commune", "commune"),
    "place.postcode": ("même code postal", "postcode"),
    "place.department": ("même département", "department"),
    "place.near": ("communes différentes du même département", "commune"),
    "place.far": ("départements différents", "department"),
    "place.district": ("arrondissements différents", "district"),
    "place.namesake": ("nom que beaucoup de communes donnent, et deux communes", "whole"),
    "place.town": ("villes différentes, dont une que son nom seul ne situe pas", "town"),
    "place.region": ("régions différentes", "region"),
    "named.same": ("même lieu dans le nom", "named"),
    "named.other": ("lieux différents dans le nom", "named"),
    "named.level": ("l'un nomme une commune, l'autre un département", "named"),
    "named.branch": ("deux lieux pour les unités d'un même organisme national", "named"),
    "named.seat": ("le lieu dit dans un nom est la commune de l'autre", "placed"),
    "named.department": ("le département dit dans un nom est celui de l'autre", "placed"),
    "named.near": ("le lieu dit dans un nom n'est pas la commune de l'autre", "placed"),
    "named.far": ("le lieu dit dans un nom est dans un autre département", "placed"),
    "kind.same": ("même sorte d'organisme", "kind"),
    "kind.other": ("sortes d'organismes différentes", "kind"),
    "kind.one_here": ("il n'y en a qu'un de cette sorte dans ce lieu", "kind"),
    "kind.national": ("organismes nationaux différents", "whole"),
    "kind.family": ("familles d'organismes différentes", "family"),
    "kind.unsaid": ("un seul des noms dit la sorte d'organisme", "kind"),
    "kind.alone": ("l'un n'est que l'institution du lieu, l'autre a un nom", "kind"),
    "kind.left_out": ("une sorte d'organisme que son nom dit toujours", "kind"),
    "kind.unit": ("un seul des noms est celui d'une antenne ou d'une délégation", "whole"),
    "siren.same": ("même SIREN", "siren"),
    "siren.shared": ("SIREN porté par plusieurs noms", "siren"),
    "siren.other": ("SIREN différents", "siren"),
    "siret.same": ("même SIRET", "siret"),
    "siret.other": ("même SIREN, établissements (SIRET) différents", "siret"),
    "rna.same": ("même numéro RNA", "rna"),
    "rna.shared": ("numéro RNA porté par plusieurs noms", "rna"),
    "rna.other": ("numéros RNA différents", "rna"),
    "uai.same": ("même UAI", "uai"),
    "uai.shared": ("UAI porté par plusieurs noms", "uai"),
    "uai.other": ("UAI différents", "uai"),
    "ror.same": ("même identifiant ROR", "ror"),
    "ror.shared": ("identifiant ROR porté par plusieurs noms", "ror"),
    "ror.other": ("identifiants ROR différents", "ror"),
    "identifier.same": ("même identifiant officiel", "other_ids"),
    "website.same": ("même site web", "website"),
    "website.shared": ("site web partagé par plusieurs noms", "website"),
    "website.other": ("sites web différents", "website"),
    "website.kind": ("même site pour deux organismes de même sorte", "kind"),
    "website.mail": ("le courriel de l'un est au domaine de l'autre", "mail_domain"),
    "email.same": ("même courriel", "email"),
    "email.shared": ("courriel partagé par plusieurs noms", "email"),
    "email.other": ("courriels différents", "email"),
    "phone.same": ("même téléphone", "phone"),
    "phone.shared": ("téléphone partagé par plusieurs noms", "phone"),
    "phone.other": ("téléphones différents", "phone"),
    "street.same": ("même adresse", "street"),
    "street.shared": ("adresse partagée par plusieurs noms", "street"),
    "street.other": ("adresses différentes dans la même commune", "street"),
    "private.same": ("même coordonnée privée, comparée par empreinte", ""),
    "private.shared": ("coordonnée privée partagée par plusieurs noms", ""),
    "countries.same": ("pays en commun", "countries"),
    "countries.other": ("aucun pays en commun", "countries"),
    "sectors.same": ("domaines en commun", "sectors"),
    "sectors.other": ("aucun domaine en commun", "sectors"),
    "description.alike": ("descriptions proches", ""),
    "founded.same": ("même année de création", "founded"),
    "founded.other": ("années de création différentes", "founded"),
    "owner.same": ("même porteur", "owner"),
    "owner.other": ("porteurs différents", "owner"),
    "starts.same": ("même début", "starts"),
    "starts.other": ("débuts différents", "starts"),
    "ends.same": ("même fin", "ends"),
    "ends.other": ("fins différentes", "ends"),
    "amount.same": ("même montant", "amount"),
    "amount.other": ("montants différents", "amount"),
}
MEASURES = tuple(name for name in _TEXTS if name != "bias")


def in_french(measure: str, weight: float, left: Row, right: Row) -> str:
    """One part as a sentence: what was compared, the value or the two values, and the weight with a decimal comma."""
    text, column = _TEXTS[measure]
    values = dict.fromkeys(value for value in (_value(column, left), _value(column, right)) if value)
    shown = f" ({' ; '.join(values)})" if values else ""
    number = f"{weight:+.1f}".replace(".", ",").replace("-", "−")
    return f"{text}{shown} : {number}"


def _value(column: str, row: Row) -> str:
    if column == "named":
        return _town(row["named_commune"]) or row["named_department"] or row["named_region"]
    if column == "placed":
        return _value("named", row) or _town(row["commune"]) or str(row["department"])
    if column == "commune":
        return _town(row["commune"])
    value = row[column] if column else ""
    return " ".join(value) if isinstance(value, list) else str(value)


def _town(insee: str) -> str:
    commune = geography.commune(insee) if insee else None
    return commune.name if commune else ""
