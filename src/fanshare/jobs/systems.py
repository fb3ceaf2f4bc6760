"""The kinds of shop with their connectors, as the flow that connects shops asks for them."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import Instant
from fanshare.flows.connecting import GENERIC, SHOPIFY, STRIPE, Able, Looked
from fanshare.flows.connections import Connection
from fanshare.flows.context import Programme
from fanshare.flows.found_payments import Looked as Found
from fanshare.integrations.generic.trial import trial_order
from fanshare.integrations.http import check_shop_url
from fanshare.integrations.outgoing.addresses import TargetRefusedError, allowed
from fanshare.integrations.outgoing.send import Sender
from fanshare.integrations.registry import connector
from fanshare.integrations.shopify import storefront
from fanshare.integrations.stripe.rest import StripeAccess
from fanshare.jobs import webhooks
from fanshare.jobs.found_codes import find_codes
from fanshare.jobs.quarantine import retake
from fanshare.jobs.shop_codes import can_make


@dataclass(frozen=True, slots=True)
class Connectors:
    """``Systems`` over the connectors. ``address`` is where the world reaches this installation, empty if unknown.

    ``resolve`` says to which addresses a name leads, and refuses those that are not public.
    """

    address: str = ""
    resolve: Callable[[str, int], object] = allowed

    def able(self, kind: str) -> Able:
        """What a kind can do."""
        known = connector(kind)
        return Able(known.can_fetch, known.reports_fulfilment, known.ensure_webhooks is not None)

    def check_key(self, kind: str, key: str) -> None:
        """A key of Stripe says by its beginning that it is one; others say nothing."""
        if kind == STRIPE:
            StripeAccess(key)

    def check_address(self, address: str) -> None:
        """Refuse what must not be asked. A name that is not known today is refused when it is asked, if it must be."""
        check_shop_url(address)
        parts = urlsplit(address)
        try:
            self.resolve(parts.hostname or "", parts.port or 443)
        except TargetRefusedError as error:
            raise BadInputError("target_refused", error.template, 422, **error.values) from None
        except (OSError, UnicodeError):
            return

    def look_after(self, programme: Programme, shop: Connection, now: Instant) -> Looked:
        """Make what is missing."""
        report = webhooks.look_after(programme, shop, self._address(), now)
        return Looked(report.created, report.repaired, report.problem)

    def retake(self, programme: Programme, shop: Connection, now: Instant) -> int:
        """Take after all what fits now."""
        return retake(programme, now, endpoint=shop.endpoint).taken

    def try_out(self, shop: Connection, currency: str, now: Instant) -> str:
        """A signed order over the road that the shop's own messages take."""
        if shop.kind != GENERIC:
            raise FanshareError("no_test", "Only the shop itself can send a test: place a test order there.", 409)
        number = f"TEST-{secrets.token_hex(4)}"
        # The address is what the operator said of this installation, which may well be reached inside a network.
        with Sender(private_too=True) as sender:
            url = webhooks.delivery_url(self._address(), shop)
            sent = sender.send(
                url, [shop.secrets[0].decode()], f"msg_{number}", trial_order(number, currency, now), now
            )
        if not sent.taken:
            raise FanshareError("test_refused", sent.said, 409)
        return sent.said

    def makes_codes(self, shop: Connection) -> bool:
        """By its keys; whether they may write is learnt when the first code is asked for."""
        return can_make(shop)

    def code_address(self, kind: str, host: str, code: str) -> str:
        """Only Shopify documents one that leads to any page."""
        return storefront.discount_address(f"https://{host}", code) if kind == SHOPIFY else ""

    def find_codes(self, programme: Programme, by: str, now: Instant) -> Found:
        """Ask each shop in which codes are made."""
        return find_codes(programme, by, now)

    def snippets(self, kind: str) -> Sequence[tuple[str, str]]:
        """For Shopify the theme's part and the pixel's; other shops take the one line of this site."""
        if kind != SHOPIFY:
            return ()
        names = (storefront.THEME, storefront.PIXEL)
        return [(name.partition(".")[0], storefront.snippet(name).rstrip()) for name in names]

    def _address(self) -> str:
        if not self.address:
            said = "Set FANSHARE_URL to where the world reaches fanshare, then try again."
            raise FanshareError("no_address", said, 409)
        return self.address
