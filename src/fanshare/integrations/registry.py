"""The connectors by kind: everything the jobs need to turn a delivery into order states.

The edge uses ``fanshare.integrations.verifiers`` instead, which imports no HTTP client.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from fanshare.core.errors import BadInputError
from fanshare.core.order_news import News, news_by_stage
from fanshare.core.payments import Report
from fanshare.integrations.code_types import MakeCodeMaker
from fanshare.integrations.generic import parse as generic
from fanshare.integrations.orders_file import parse as orders_file
from fanshare.integrations.postback import parse as postback
from fanshare.integrations.shopify import fetch as shopify_fetch
from fanshare.integrations.shopify import parse as shopify
from fanshare.integrations.shopify.admin import app_access
from fanshare.integrations.shopify.codes import make_code_maker as make_shopify_codes
from fanshare.integrations.shopify.notices import notices as shopify_notices
from fanshare.integrations.shopify.webhooks import ensure_webhooks as ensure_shopify_webhooks
from fanshare.integrations.stripe import fetch as stripe_fetch
from fanshare.integrations.stripe import parse as stripe
from fanshare.integrations.stripe.rest import API as STRIPE_API
from fanshare.integrations.stripe.rest import StripeAccess
from fanshare.integrations.types import EnsureWebhooks, Fetch, Notice, Pseudonym, Reference, Verify
from fanshare.integrations.verifiers import VERIFIERS
from fanshare.integrations.woocommerce import fetch as woocommerce_fetch
from fanshare.integrations.woocommerce import parse as woocommerce
from fanshare.integrations.woocommerce.codes import make_code_maker as make_woocommerce_codes
from fanshare.integrations.woocommerce.webhooks import ensure_webhooks as ensure_woocommerce_webhooks
from fanshare.integrations.woocommerce.webhooks import shop_access

log = logging.getLogger(__name__)

type References = Callable[[bytes, Mapping[str, str]], list[Reference]]
type Parse = Callable[[bytes, Mapping[str, str], Pseudonym], Sequence[Report]]
type Notices = Callable[[bytes, Mapping[str, str]], list[Notice]]


class OpenFetch(Fetch, Protocol):
    """A fetch that holds connections to a shop: whoever made it closes it."""

    def close(self) -> None:
        """Close the connections."""
        ...


#: (connection settings, pseudonym) -> fetch. The settings are those named in the connector's README.
type MakeFetch = Callable[[Mapping[str, str], Pseudonym], OpenFetch]


@dataclass(frozen=True, slots=True)
class Connector:
    """One kind of shop. ``headers`` everywhere have lower-case names; bodies are verified ones.

    ``references`` names the orders a delivery speaks of; ``parse`` gives the states it holds itself, which may be none.
    With a ``make_fetch`` the fetched state is the state of record. ``reports_fulfilment`` says that nothing matures
    before the shop reports the goods as sent. ``ensure_webhooks`` subscribes to what we need where the shop lets us;
    ``notices`` are what a delivery says beside orders, such as that a customer wants to be forgotten.
    ``make_codes`` opens the discount codes of a shop where they can be made by asking it.
    ``news`` tells repetitions and latecomers from news where the shop says no time of change.
    """

    kind: str
    verify: Verify
    references: References
    parse: Parse
    make_fetch: MakeFetch | None
    reports_fulfilment: bool
    ensure_webhooks: EnsureWebhooks | None = None
    notices: Notices | None = None
    news: News | None = None
    make_codes: MakeCodeMaker | None = None

    @property
    def can_fetch(self) -> bool:
        """Whether the shop can be asked about an order."""
        return self.make_fetch is not None


def connector(kind: str) -> Connector:
    """The connector of a kind. Raises ``BadInputError`` ``unknown_connector``."""
    try:
        return CONNECTORS[kind]
    except KeyError:
        known = ", ".join(sorted(CONNECTORS))
        raise BadInputError(
            "unknown_connector",
            "%(kind)s is no kind of shop we know; known are %(known)s.",
            kind=repr(kind[:40]),
            known=known,
        ) from None


def _fetch_woocommerce(settings: Mapping[str, str], pseudonym: Pseudonym) -> OpenFetch:
    return woocommerce_fetch.make_fetch(shop_access(settings), pseudonym, unreadable=_leave_out)


def _fetch_shopify(settings: Mapping[str, str], pseudonym: Pseudonym) -> OpenFetch:
    return shopify_fetch.make_fetch(app_access(settings), pseudonym, unreadable=_leave_out)


def _fetch_stripe(settings: Mapping[str, str], pseudonym: Pseudonym) -> OpenFetch:
    if not settings.get("consumer_secret"):
        raise BadInputError("missing_field", "The connection lacks consumer_secret.")
    access = StripeAccess(settings["consumer_secret"], settings.get("url") or STRIPE_API)
    return stripe_fetch.make_fetch(access, pseudonym, unreadable=_leave_out)


def _leave_out(order_id: str, error: BadInputError) -> None:
    """One order that can't be read must not keep a shop's other orders from being found; its own webhook is parked."""
    log.warning("an order of a list of changes was left out: %s: %s", order_id, error.message)


CONNECTORS: Mapping[str, Connector] = MappingProxyType(
    {
        "woocommerce": Connector(
            kind="woocommerce",
            verify=VERIFIERS["woocommerce"],
            references=woocommerce.references,
            parse=woocommerce.parse,
            make_fetch=_fetch_woocommerce,
            reports_fulfilment=woocommerce.REPORTS_FULFILMENT,
            ensure_webhooks=ensure_woocommerce_webhooks,
            make_codes=make_woocommerce_codes,
        ),
        "shopify": Connector(
            kind="shopify",
            verify=VERIFIERS["shopify"],
            references=shopify.references,
            parse=shopify.parse,
            make_fetch=_fetch_shopify,
            reports_fulfilment=shopify.REPORTS_FULFILMENT,
            ensure_webhooks=ensure_shopify_webhooks,
            notices=shopify_notices,
            make_codes=make_shopify_codes,
        ),
        "generic": Connector(
            kind="generic",
            verify=VERIFIERS["generic"],
            references=generic.references,
            parse=generic.parse,
            make_fetch=None,
            reports_fulfilment=generic.REPORTS_FULFILMENT,
        ),
        "import": Connector(
            kind="import",
            verify=VERIFIERS["import"],
            references=orders_file.references,
            parse=orders_file.parse,
            make_fetch=None,
            reports_fulfilment=orders_file.REPORTS_FULFILMENT,
        ),
        "postback": Connector(
            kind="postback",
            verify=VERIFIERS["postback"],
            references=postback.references,
            parse=postback.parse,
            make_fetch=None,
            reports_fulfilment=postback.REPORTS_FULFILMENT,
            news=news_by_stage,
        ),
        "stripe": Connector(
            kind="stripe",
            verify=VERIFIERS["stripe"],
            references=stripe.references,
            parse=stripe.parse,
            make_fetch=_fetch_stripe,
            reports_fulfilment=stripe.REPORTS_FULFILMENT,
        ),
    }
)
