"""What the environment adds to what was typed about a shop, and what is to be done in the shop afterwards."""

import os
from dataclasses import replace
from urllib.parse import quote

from fanshare.flows.connecting import DRAW_THEMSELVES, POSTBACK, SHOPIFY, STRIPE, Given
from fanshare.flows.connections import Connection

_MACROS = "xid={xid}&sub1={sub1}&order_sum={order_sum}&currency={currency}&status={status}"
_WEBHOOK_EVENTS = "checkout.session.*, payment_intent.*, charge.*, refund.*"


def with_environment(given: Given) -> Given:
    """Filled up from FANSHARE_SHOP_KEY, FANSHARE_SHOP_SECRET and FANSHARE_HOOK_SECRET (or their ``_FILE``)."""
    from fanshare.config.settings_env import secret

    hook = secret(os.environ, "FANSHARE_HOOK_SECRET")
    return replace(
        given,
        key=given.key or secret(os.environ, "FANSHARE_SHOP_KEY"),
        key_secret=given.key_secret or secret(os.environ, "FANSHARE_SHOP_SECRET"),
        secrets=given.secrets or ((hook,) if hook else ()),
    )


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
