"""Opens the fetch of a connection and keeps it for the next time: one HTTP client a shop."""

from dataclasses import dataclass, field

from fanshare.flows.connections import Connection
from fanshare.flows.context import Programme
from fanshare.integrations.registry import OpenFetch, connector
from fanshare.integrations.types import Fetch


@dataclass(slots=True)
class Fetches:
    """The open fetches of a worker. ``close`` lets go of all of them."""

    _open: dict[tuple[int, int], tuple[tuple[object, ...], OpenFetch]] = field(default_factory=dict)

    def __call__(self, programme: Programme, shop: Connection) -> Fetch | None:
        """The fetch of a connection; ``None`` where its shop can't be asked."""
        kind = connector(shop.kind)
        if kind.make_fetch is None or not shop.can_fetch or shop.api is None:
            return None
        place = (programme.access.programme_id, shop.id)
        wanted = (shop.base_url, shop.api)
        known = self._open.get(place)
        if known is not None and known[0] == wanted:
            return known[1]
        if known is not None:
            known[1].close()
        key, secret = shop.api
        settings = {"url": shop.base_url, "consumer_key": key, "consumer_secret": secret}
        made = kind.make_fetch(settings, programme.pseudonym)
        self._open[place] = (wanted, made)
        return made

    def close(self) -> None:
        """Close all connections to shops."""
        for _, fetch in self._open.values():
            fetch.close()
        self._open.clear()
