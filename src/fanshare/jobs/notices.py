"""Hands what shops tell beside orders to the flows: that our app was removed, what customers wish."""

from fanshare.core.instants import Instant
from fanshare.flows import compliance
from fanshare.flows.connections import Connection
from fanshare.flows.context import Programme
from fanshare.integrations.types import Notice, NoticeKind


def hand_over(programme: Programme, shop: Connection, notice: Notice, received_at: Instant) -> None:
    """Act on one notice. Repetitions change nothing."""
    if notice.kind is NoticeKind.UNINSTALLED:
        at = received_at if notice.at is None else min(notice.at, received_at)
        compliance.app_removed(programme, shop, at)
        return
    wish = compliance.Wish(notice.kind.value, notice.request, notice.customer, notice.email, notice.orders)
    compliance.record(programme, shop, wish, received_at)
