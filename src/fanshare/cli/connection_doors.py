"""What each kind of shop needs to be connected, and what is to be done there afterwards."""

import ipaddress
import os
import secrets
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from fanshare.core.errors import BadInputError
from fanshare.flows.connections import Connection, NewConnection

SHOPIFY, STRIPE, POSTBACK = "shopify", "stripe", "postback"
#: Shops that draw the signing secret themselves, once they know our address.
DRAW_THEMSELVES = frozenset({SHOPIFY, STRIPE})
_MYSHOPIFY = ".myshopify.com"
_MACROS = "xid={xid}&sub1={sub1}&order_sum={order_sum}&currency={currency}&status={status}"
_WEBHOOK_EVENTS = "checkout.session.*, payment_intent.*, charge.*, refund.*"


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed, or stands in the environment. ``key_secret`` and ``secrets`` are never shown again."""

    kind: str
    shop: str = ""
    key: str = ""
    key_secret: str = ""
    secrets: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def with_environment(self) -> "Given":
        """Filled up from FANSHARE_SHOP_KEY, FANSHARE_SHOP_SECRET and FANSHARE_HOOK_SECRET (or their ``_FILE``)."""
        from fanshare.config.settings_env import secret

        hook = secret(os.environ, "FANSHARE_HOOK_SECRET")
        return replace(
            self,
            key=self.key or secret(os.environ, "FANSHARE_SHOP_KEY"),
            key_secret=self.key_secret or secret(os.environ, "FANSHARE_SHOP_SECRET"),
            secrets=self.secrets or ((hook,) if hook else ()),
        )


def new_connection(given: Given, *, asked: bool) -> NewConnection:
    """The connection that was asked for; ``asked``: its kind of shop can be asked about orders.

    Raises ``BadInputError`` with what is missing and where it is to be found.
    """
    if any("/" in host or " " in host or not host for host in given.hosts) or "\x00" in given.shop:
        raise BadInputError("bad_host", "A host is a name such as www.shop.example.")
    if given.kind == SHOPIFY:
        return _shopify(given)
    if given.kind == STRIPE:
        return _stripe(given)
    if given.kind == POSTBACK and not given.secrets:
        # It stands in an address, so it has no character that an address would spell otherwise.
        given = replace(given, secrets=(secrets.token_urlsafe(24),))
    if asked and not given.shop:
        raise BadInputError("shop_missing", f"A {given.kind} connection needs --shop https://....")
    api = api_of(given) if asked else None
    return NewConnection(given.kind, base_url=given.shop, secrets=given.secrets, api=api, hosts=_hosts(given))


def api_of(given: Given) -> tuple[str, str] | None:
    """Both halves of what a shop is asked with, as its kind has them; ``None`` where nothing was given.

    Raises ``BadInputError`` (``half_a_key``, ``bad_key``).
    """
    if given.kind == STRIPE:
        return _stripe_key(given)
    if given.kind == SHOPIFY:
        return _app(given)
    return _pair(given, "A REST key has two parts: --key and FANSHARE_SHOP_SECRET.")


def steps(made: Connection, given: Given, delivery_url: str) -> list[str]:
    """What is to be done in the shop, line by line."""
    lines = [f"Delivery URL: {delivery_url}"]
    if given.kind not in DRAW_THEMSELVES:
        lines.append(f"Secret:       {made.secrets[0].decode()}")
    if given.kind == POSTBACK:
        address = f"{delivery_url}/{quote(made.secrets[0].decode(), safe='')}?{_MACROS}"
        return [*lines, f"Next: let the network call {address}"]
    if given.kind == SHOPIFY:
        return lines + (_shopify_app(made) if made.api else _shopify_notifications(made, given))
    if given.kind == STRIPE:
        return lines + _stripe_steps(made, given)
    return lines


def _shopify(given: Given) -> NewConnection:
    shop = given.shop if "//" in given.shop or not given.shop else f"https://{given.shop}"
    host = _host(shop)
    if not host.endswith(_MYSHOPIFY) and not _is_loopback(host):
        raise BadInputError(
            "not_myshopify",
            "Give --shop https://NAME.myshopify.com (see Settings, Domains); the shop's own domain goes to --host.",
        )
    api = _app(given)
    # An app's webhooks are signed with its client secret.
    secrets = tuple(dict.fromkeys([*([api[1]] if api else []), *given.secrets]))
    return NewConnection(SHOPIFY, shop, secrets, api, _hosts(replace(given, shop=shop)))


def _stripe(given: Given) -> NewConnection:
    api = _stripe_key(given)
    if any(not secret.startswith("whsec_") for secret in given.secrets):
        raise BadInputError("bad_secret", "The signing secret of a webhook at Stripe begins with whsec_.")
    # The pages of a site that sells through Stripe are no API: its address only says where links may lead.
    return NewConnection(STRIPE, "", given.secrets, api, _hosts(given))


def _app(given: Given) -> tuple[str, str] | None:
    api = _pair(given, "An app has two parts: --key is its client id, FANSHARE_SHOP_SECRET its client secret.")
    if api and api[1].startswith(("shpat_", "shpca_", "shppa_")):
        said = "This is an access token; give the client secret of the app (Dev Dashboard, Settings) instead."
        raise BadInputError("bad_key", said)
    return api


def _stripe_key(given: Given) -> tuple[str, str] | None:
    from fanshare.integrations.stripe.rest import StripeAccess

    if given.key and given.key_secret:
        raise BadInputError("bad_key", "A key of Stripe has one part: give it as FANSHARE_SHOP_SECRET alone.")
    key = given.key_secret or given.key
    if key:
        StripeAccess(key)
    return (STRIPE, key) if key else None


def _pair(given: Given, said: str) -> tuple[str, str] | None:
    if bool(given.key) != bool(given.key_secret):
        raise BadInputError("half_a_key", said)
    return (given.key, given.key_secret) if given.key else None


def _hosts(given: Given) -> tuple[str, ...]:
    return tuple(dict.fromkeys(host for host in (_netloc(given.shop), *given.hosts) if host))


def _netloc(shop: str) -> str:
    try:
        return urlsplit(shop).netloc
    except ValueError:
        raise BadInputError("bad_address", "The shop's address begins with https://.") from None


def _host(shop: str) -> str:
    return _netloc(shop).rpartition("@")[2].partition(":")[0].lower()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shopify_app(made: Connection) -> list[str]:
    return [
        f"Next: fanshare connection webhooks {made.endpoint} subscribes to its webhooks; so does the worker daily.",
        "In the app's configuration set the same URL for the three compliance webhooks.",
    ]


def _shopify_notifications(made: Connection, given: Given) -> list[str]:
    lines = [
        "Next: in Shopify, Settings, Notifications, Webhooks, make webhooks in JSON with this URL: order creation,",
        "order update, order payment, order cancellation, order fulfillment, order deletion, refund create.",
    ]
    if not given.secrets:
        lines.append(_then_secret("That page then says what they are signed with", made))
    lines.append("Without an app the shop can't be asked: orders count as reported by the shop.")
    return lines


def _stripe_steps(made: Connection, given: Given) -> list[str]:
    lines = [
        f"Next: in Stripe, Developers, Webhooks, add a destination with this URL and the events {_WEBHOOK_EVENTS}."
    ]
    if not given.secrets:
        lines.append(_then_secret("Stripe then shows the signing secret", made))
    if made.api is None:
        lines.append("Without a restricted key (FANSHARE_SHOP_SECRET) lost messages stay lost; codes have no names.")
    elif "_test_" in made.api[1]:
        lines.append("This key is of test mode: its sales are shown and never earn anybody anything.")
    if not made.settings.get("hosts"):
        lines.append("No --host was given: say the host of your pages, or links can't lead to them.")
    return lines


def _then_secret(where: str, made: Connection) -> str:
    return f"{where}; enter it: FANSHARE_HOOK_SECRET_FILE=secret.txt fanshare connection secret add {made.endpoint}"
