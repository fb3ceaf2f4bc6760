"""Opens the fetch of a connection and keeps it for the next time: one HTTP client a shop."""

from dataclasses import dataclass, field

from fanshare.flows.connections import Connection
from fanshare.flows.context import Programme
from fanshare.integrations.registry import OpenFetch, connector
from fanshare.integrations.types import Fetch


@dataclass(slots=True)
class Fetches:
    """The open fetches of a worker. ``close`` lets go of all of them."""

    _open: dict[tuple[int, int], tuple[dict[str, str], OpenFetch]] = field(default_factory=dict)

    def __call__(self, programme: Programme, shop: Connection) -> Fetch | None:
        """The fetch of a connection; ``None`` where its shop can't be asked."""
        kind = connector(shop.kind)
        if kind.make_fetch is None or not shop.can_fetch or shop.api is None or shop.uninstalled:
            return None
        place = (programme.access.programme_id, shop.id)
        wanted = shop_settings(shop)
        known = self._open.get(place)
        if known is not None and known[0] == wanted:
            return known[1]
        if known is not None:
            known[1].close()
            del self._open[place]
        made = kind.make_fetch(wanted, programme.pseudonym)
        self._open[place] = (wanted, made)
        return made

    def close(self) -> None:
        """Close all connections to shops."""
        for _, fetch in self._open.values():
            fetch.close()
        self._open.clear()


def shop_settings(shop: Connection) -> dict[str, str]:
    """What a connector is told of a connection: what was set for it, its address, its keys and its newest secret.

    The two halves of the key stand under the names that the connectors' own documentation uses.
    """
    told = {name: value for name, value in shop.settings.items() if isinstance(value, str)}
    told |= {"url": shop.base_url, "secret": shop.secrets[0].decode("utf-8", "replace")}
    if shop.api is not None:
        key, secret = shop.api
        told |= {"consumer_key": key, "consumer_secret": secret, "client_id": key, "client_secret": secret}
    return told
