"""The systems a shop can be on, in words: what each needs, and why a message of it was refused."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fanshare.core.errors import FanshareError
from fanshare.flows.connecting import GENERIC, POSTBACK, SHOPIFY, STRIPE, WOOCOMMERCE
from fanshare.flows.connections import Connection
from fanshare.web.language import gettext as _
from fanshare.web.said import plain


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form. ``secret``: a password field, whose content is never sent back to a page."""

    name: str
    label: str
    hint: str
    needed: bool = False
    secret: bool = False


def systems() -> dict[str, tuple[str, str]]:
    """Kind -> its name, and for whom it is."""
    return {
        WOOCOMMERCE: ("WooCommerce", _("A shop on WordPress. With a REST key we ask it about every order.")),
        SHOPIFY: ("Shopify", _("A shop of Shopify, best with an app of your own in its Dev Dashboard.")),
        STRIPE: ("Stripe", _("Pages that sell through Stripe Checkout or payment links.")),
        GENERIC: (
            _("Signed orders"),
            _("Any other shop whose software can send a signed message about each order (Standard Webhooks)."),
        ),
        POSTBACK: (_("Postbacks"), _("A network or tracker that calls an address for each sale.")),
    }


def names(shops: Sequence[Connection]) -> dict[int, str]:
    """What each shop is called where one is chosen: the host of its address, else its name here as well."""
    hosts = {one.id: urlsplit(one.base_url).netloc for one in shops}
    twice = Counter(hosts.values())
    alone = {id_ for id_, host in hosts.items() if host and twice[host] == 1}
    return {one.id: hosts[one.id] if one.id in alone else f"{hosts[one.id]} {one.endpoint}".strip() for one in shops}


def fields(kind: str) -> list[Field]:
    """What is asked for, in the order of the form."""
    return [*_KNOWN[kind](), _hosts()]


def key_fields(kind: str) -> list[Field]:
    """What the shop is asked with, of those fields."""
    return [one for one in fields(kind) if one.name in ("key", "shop_secret")] if kind in _ASKED else []


def secret_field(kind: str) -> Field:
    """Where a secret goes that the shop has drawn."""
    known = [one for one in fields(kind) if one.name == "hook_secret"]
    return known[0] if known else Field("hook_secret", _("Signing secret"), "", secret=True)


def _woocommerce() -> list[Field]:
    return [
        _shop("https://shop.example"),
        Field(
            "key",
            _("Consumer key"),
            _(
                "WooCommerce, Settings, Advanced, REST API, Add key. It begins with ck_. To let us make the webhooks, "
                "choose Read/Write; without a key lost messages stay lost and refunds are estimates."
            ),
        ),
        Field("shop_secret", _("Consumer secret"), _("Shown once beside the key; it begins with cs_."), secret=True),
    ]


def _shopify() -> list[Field]:
    return [
        _shop("https://name.myshopify.com", _("Under Settings, Domains, the one that ends in .myshopify.com.")),
        Field(
            "key",
            _("Client id of the app"),
            _("Dev Dashboard, your app, Settings. Without an app orders count as reported by the shop."),
        ),
        Field("shop_secret", _("Client secret of the app"), _("On the same page; it signs the webhooks."), secret=True),
        Field(
            "hook_secret",
            _("Or, without an app: the signing secret"),
            _("Settings, Notifications, Webhooks names it beneath the list. You can enter it later too."),
            secret=True,
        ),
    ]


def _stripe() -> list[Field]:
    return [
        Field(
            "shop_secret",
            _("Restricted key"),
            _("Developers, API keys, Create restricted key, read only; it begins with rk_live_."),
            secret=True,
        ),
        Field(
            "hook_secret",
            _("Signing secret of the webhook"),
            _("Stripe shows it once the webhook is made; it begins with whsec_. You can enter it afterwards."),
            secret=True,
        ),
    ]


def _others() -> list[Field]:
    return [_shop("https://shop.example", _("Links of creators lead there."))]


def _shop(example: str, hint: str = "") -> Field:
    return Field(
        "shop", _("Address of your shop"), hint or _("Such as %(example)s.") % {"example": example}, needed=True
    )


def _hosts() -> Field:
    return Field(
        "hosts",
        _("Further hosts that links may lead to"),
        _("Names such as www.shop.example, with commas between; leave it empty if there are none."),
    )


_KNOWN = {WOOCOMMERCE: _woocommerce, SHOPIFY: _shopify, STRIPE: _stripe, GENERIC: _others, POSTBACK: _others}
_ASKED = frozenset({WOOCOMMERCE, SHOPIFY, STRIPE})


def why_refused(reason: str) -> str:
    """What to do about a message whose signature did not fit."""
    if reason in ("bad_timestamp", "too_old", "too_new"):
        return _("Its time is more than five minutes off: set the sender's clock right, then send it again.")
    if reason in ("no_signature", "no_token"):
        return _("It was not signed at all: enter the secret in the shop, then let it send again.")
    return _("It was signed with another secret: enter the one of this connection in the shop, or the shop's one here.")


def told(error: FanshareError, kind: str) -> str:
    """What is wrong with a form about a shop, without a word of the command line, and without what was typed."""
    halves = {
        SHOPIFY: _("An app has two parts: client id and client secret. Fill in both, or neither."),
        STRIPE: _("Enter a key, or tick that the shop is not asked any more."),
    }
    known = {
        "shop_missing": _("Enter the address of your shop; it begins with https://."),
        "bad_address": _("Enter the address of your shop; it begins with https://."),
        "bad_shop_url": _("A shop's address is https://, a name and perhaps a path, such as https://shop.example."),
        "not_myshopify": _("Enter the address that ends in .myshopify.com; your own domain goes to the further hosts."),
        "bad_host": _("A host is a name such as www.shop.example, without https:// and without a path."),
        "half_a_key": halves.get(kind) or _("A REST key has two parts: key and secret. Fill in both, or neither."),
        "bad_secret": _bad_secret(kind),
        "bad_key": _bad_key(kind),
        "target_refused": _("This address does not lead to the public internet, so it is not asked."),
        "typed_again": _("Enter the secrets once more: they were kept nowhere meanwhile."),
        "too_many_secrets": _("Five secrets are valid already; end one of them first."),
        "last_secret": _("This is the only secret; add the new one before this one is ended."),
        "unknown_secret": _("This secret is not valid any more; look at the list again."),
        "no_address": _("Nobody has said where the world reaches this site: ask whoever runs it to set FANSHARE_URL."),
        "cannot_be_asked": _("This shop's webhooks can only be made in the shop itself."),
    }
    return known.get(error.code) or plain(error)


def _bad_secret(kind: str) -> str:
    if kind == STRIPE:
        return _("The signing secret of a webhook at Stripe begins with whsec_, and has at least 8 characters.")
    return _("A signing secret is a text of 8 to 500 characters without line breaks.")


def _bad_key(kind: str) -> str:
    if kind == SHOPIFY:
        return _("This is an access token; enter the client secret of the app (Dev Dashboard, Settings) instead.")
    return _("A key of Stripe to ask with begins with rk_live_ (restricted, read only), and goes into its own field.")
