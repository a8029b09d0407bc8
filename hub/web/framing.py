"""Who may show the embedded pages inside a page of theirs: the networks, and whom the hub names."""

import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from hub.web.current import ReleaseSource
from schemas.errors import ConfigError

NETWORKS = "networks"
EMBEDS = "/embed/"
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")


def origins(release: ReleaseSource, allowed: Sequence[str]) -> Callable[[], tuple[str, ...]]:
    """Gives the origins that may frame an embed, now.

    allowed: origins, as "https://www.reseau.example"; "networks" stands for the sites that the networks of the release
    name. Raises ConfigError for what is neither.
    """
    if wrong := [each for each in allowed if each != NETWORKS and not _ORIGIN.fullmatch(each)]:
        raise ConfigError(f"embed_origins: {wrong[0]!r} is no origin, as https://www.reseau.example without a path")
    named = tuple(each for each in allowed if each != NETWORKS)

    def found() -> tuple[str, ...]:
        return tuple(dict.fromkeys([*named, *(_sites(release) if NETWORKS in allowed else ())]))

    return found


def _sites(release: ReleaseSource) -> list[str]:
    try:
        networks = release().manifest.networks
    except ConfigError:
        return []
    addresses = (urlsplit(network.website or "") for network in networks)
    sites = (f"{address.scheme}://{address.netloc}" for address in addresses)
    return [site for site in sites if _ORIGIN.fullmatch(site)]
