"""Once a day: do the shops still send us what they should? What is missing or switched off is put right."""

import structlog

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.flows.connections import Connection, connections
from fanshare.flows.context import Programme
from fanshare.integrations.registry import connector
from fanshare.integrations.types import WebhookReport
from fanshare.jobs.fetches import shop_settings
from fanshare.store.queries import asking

log = structlog.get_logger(__name__)

EVERY = DAY
#: After a shop did not answer.
AGAIN = HOUR


def look_after_webhooks(programme: Programme, address: str, now: Instant) -> int:
    """Look after the webhooks of all connections whose day is over; returns how many were put right.

    ``address`` is where the world reaches this installation, such as ``https://links.shop.example``.
    """
    repaired = 0
    for shop in connections(programme):
        if shop.on and asking.webhooks_due(programme.access, shop.id, now) and can_look_after(shop):
            try:
                report = look_after(programme, shop, address, now)
            except FanshareError as error:
                log.warning("webhooks_not_checked", endpoint=shop.endpoint, code=error.code, error=error.message)
            else:
                repaired += len(report.created) + len(report.repaired)
    return repaired


def can_look_after(shop: Connection) -> bool:
    """Whether a shop of this kind lets us, and we have the keys for it."""
    return connector(shop.kind).ensure_webhooks is not None and shop.api is not None


def look_after(programme: Programme, shop: Connection, address: str, now: Instant) -> WebhookReport:
    """Look after the webhooks of one connection and note what was found. Raises what asking the shop raises."""
    ensure = connector(shop.kind).ensure_webhooks
    if ensure is None or shop.api is None:
        raise FanshareError("cannot_be_asked", "This shop's webhooks can only be made in the shop itself.", 409)
    try:
        report = ensure(shop_settings(shop), delivery_url(address, shop))
    except FanshareError as error:
        asking.webhooks_checked(programme.access, shop.id, now, now + AGAIN, error.message, repaired=False)
        raise
    repaired = bool(report.created or report.repaired)
    asking.webhooks_checked(programme.access, shop.id, now, now + EVERY, report.problem, repaired=repaired)
    if repaired:
        log.info("webhooks_repaired", endpoint=shop.endpoint, created=report.created, repaired=report.repaired)
    return report


def delivery_url(address: str, shop: Connection) -> str:
    """Where a shop delivers to."""
    return f"{address.rstrip('/')}/hooks/{shop.endpoint}"
