"""Connecting a shop and looking after it later: one road for the command line and for the form of a brand.

What the kinds of shop can do is known where their connectors are; it comes in through ``Systems``. Secrets that were
typed go from here into sealed columns and nowhere else: no message, no line of the audit and no answer holds one.
"""

import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urlsplit

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import Instant
from fanshare.flows import connection_changes
from fanshare.flows.audit import noted
from fanshare.flows.connections import Connection, NewConnection, add_connection
from fanshare.flows.context import Programme
from fanshare.flows.found_payments import Looked as Found

WOOCOMMERCE, SHOPIFY, STRIPE, POSTBACK, GENERIC = "woocommerce", "shopify", "stripe", "postback", "generic"
#: What a brand can connect; orders from files come in by a command and send nothing.
KINDS = (WOOCOMMERCE, SHOPIFY, STRIPE, GENERIC, POSTBACK)
#: Shops that draw the signing secret themselves, once they know our address.
DRAW_THEMSELVES = frozenset({SHOPIFY, STRIPE})
_MYSHOPIFY = ".myshopify.com"


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed. ``key_secret`` and ``secrets`` are never shown again."""

    kind: str
    shop: str = ""
    key: str = ""
    key_secret: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Able:
    """What a kind of shop can do: be asked about orders, report that goods were sent, let us make its webhooks."""

    can_fetch: bool
    reports_fulfilment: bool
    makes_webhooks: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a shop's webhooks found: topics made and put right, and what could not be, in a sentence."""

    created: tuple[str, ...]
    repaired: tuple[str, ...]
    problem: str


class Systems(Protocol):
    """The kinds of shop, as whoever holds their connectors knows them."""

    def able(self, kind: str) -> Able:
        """What a kind can do. Raises ``BadInputError`` (``unknown_connector``)."""
        ...

    def check_key(self, kind: str, key: str) -> None:
        """Raises ``BadInputError`` (``bad_key``) for what is no key of this kind of shop."""
        ...

    def check_address(self, address: str) -> None:
        """Raises ``FanshareError`` for an address that must not be asked: not of the web, not public, not https."""
        ...

    def look_after(self, programme: Programme, shop: Connection, now: Instant) -> Looked:
        """See to the shop's webhooks. Raises ``FanshareError``: ``no_address``, and what asking the shop raises."""
        ...

    def retake(self, programme: Programme, shop: Connection, now: Instant) -> int:
        """Judge again what was refused, with the secrets of now; how many messages are taken after all."""
        ...

    def try_out(self, shop: Connection, currency: str, now: Instant) -> str:
        """Send a signed test order to the shop's address here, from outside; what was answered, in a sentence.

        Raises ``FanshareError``: ``no_test`` where only the shop can send one, ``no_address``.
        """
        ...

    def makes_codes(self, shop: Connection) -> bool:
        """Whether codes can be made in this shop: its kind lets us, and we have keys for it."""
        ...

    def code_address(self, kind: str, host: str, code: str) -> str:
        """An address of such a shop that brings a discount code along; empty where its software takes none."""
        ...

    def find_codes(self, programme: Programme, by: str, now: Instant) -> Found:
        """After a restore: find codes of credit that shops have and the books lack. Raises ``FanshareError``."""
        ...

    def snippets(self, kind: str) -> Sequence[tuple[str, str]]:
        """What may be pasted into the shop's pages: (where, text)."""
        ...


def connect(
    programme: Programme, given: Given, systems: Systems, now: Instant, *, typed_by_brand: bool = False, name: str = ""
) -> Connection:
    """Connect a shop. One whose address a brand typed is asked at public addresses only, now and ever after.

    ``name`` is the end of the delivery URL where it was chosen before. Raises ``BadInputError`` with what is missing
    and where it is to be found, ``ConflictError`` (``key_taken``).
    """
    able = systems.able(given.kind)
    new = new_connection(given, systems)
    if typed_by_brand:
        for secret in new.secrets:
            connection_changes.check_secret(secret)
        if new.base_url and able.can_fetch:
            systems.check_address(new.base_url)
    new = replace(new, endpoint=name, public_only=typed_by_brand)
    access = programme.access
    with access.transaction():
        made = add_connection(programme, new, now, can_fetch=able.can_fetch, reports_fulfilment=able.reports_fulfilment)
        noted(access, "connection.add", now, about(made))
    return made


def switch(programme: Programme, shop: Connection, now: Instant, *, on: bool) -> bool:
    """Take what a shop sends from now on, or send it away until later; whether that is a change."""
    with programme.access.transaction():
        turn = connection_changes.resume if on else connection_changes.pause
        changed = turn(programme, shop, now)
        if changed:
            noted(programme.access, "connection.resume" if on else "connection.pause", now, about(shop))
    return changed


def rotate(programme: Programme, shop: Connection, systems: Systems, now: Instant, secret: str = "") -> tuple[str, int]:
    """Let a further secret sign, drawn where none is given: it, and how many refused messages fit it.

    Raises ``BadInputError`` (``bad_secret``), ``ConflictError`` (``too_many_secrets``).
    """
    if secret:
        _check_secrets(Given(shop.kind, secrets=(secret,)))
    fresh = secret or _drawn(shop.kind)
    with programme.access.transaction():
        fresh = connection_changes.add_secret(programme, shop, fresh)
        noted(programme.access, "connection.secret", now, about(shop))
    return fresh, systems.retake(programme, connection_changes.find(programme, shop.endpoint), now)


def retire(programme: Programme, shop: Connection, mark: str, now: Instant) -> None:
    """Take no more messages signed with a secret. Raises ``unknown_secret``, ``last_secret``."""
    with programme.access.transaction():
        connection_changes.retire_secret(programme, shop, mark)
        noted(programme.access, "connection.retire", now, f"{about(shop)}, secret {mark[:8]}")


def change_keys(
    programme: Programme, shop: Connection, given: Given, systems: Systems, now: Instant, *, remove: bool = False
) -> bool:
    """Ask the shop with other keys from now on, or not any more; whether it is asked.

    Raises ``BadInputError`` (``half_a_key``, ``bad_key``).
    """
    api = api_of(given, systems)
    if remove == (api is not None):
        raise BadInputError("half_a_key", "Give the new key, or --remove and none.")
    if api is not None and shop.settings.get("reach") and shop.base_url:
        systems.check_address(shop.base_url)
    with programme.access.transaction():
        connection_changes.change_keys(programme, shop, api, can_fetch=systems.able(shop.kind).can_fetch)
        if api is not None and shop.kind == SHOPIFY:
            # The new client secret signs the webhooks too, within the hour; the old one does until then.
            connection_changes.add_secret(programme, shop, api[1])
        noted(programme.access, "connection.keys", now, about(shop))
    return api is not None


def look_after(programme: Programme, shop: Connection, systems: Systems, now: Instant) -> Looked:
    """Make the webhooks that a shop lacks. Raises what ``Systems.look_after`` raises."""
    looked = systems.look_after(programme, shop, now)
    noted(programme.access, "connection.webhooks", now, about(shop))
    return looked


def try_out(programme: Programme, shop: Connection, systems: Systems, currency: str, now: Instant) -> str:
    """Send a test order as the shop would; what was answered. Raises what ``Systems.try_out`` raises."""
    if shop.paused:
        raise FanshareError("paused", "This connection is paused; let it take messages again first.", 409)
    said = systems.try_out(shop, currency, now)
    noted(programme.access, "connection.test", now, about(shop))
    return said


def about(shop: Connection) -> str:
    """How a line of the audit names a connection."""
    return f"{shop.kind} {shop.endpoint}"


def new_connection(given: Given, systems: Systems) -> NewConnection:
    """The connection that was asked for. Raises ``BadInputError`` with what is missing and where it is to be found."""
    if any("/" in host or " " in host or not host for host in given.hosts) or "\x00" in given.shop:
        raise BadInputError("bad_host", "A host is a name such as www.shop.example.")
    _check_secrets(given)
    if given.kind == SHOPIFY:
        return _shopify(given)
    if given.kind == STRIPE:
        # The pages of a site that sells through Stripe are no API: its address only says where links may lead.
        return NewConnection(STRIPE, "", given.secrets, _stripe_key(given, systems), _hosts(given))
    signing = given.secrets or ((_drawn(POSTBACK),) if given.kind == POSTBACK else ())
    asked = systems.able(given.kind).can_fetch
    if asked and not given.shop:
        raise BadInputError("shop_missing", "A %(kind)s connection needs --shop https://....", kind=given.kind)
    api = api_of(given, systems) if asked else None
    return NewConnection(given.kind, base_url=given.shop, secrets=signing, api=api, hosts=_hosts(given))


def api_of(given: Given, systems: Systems) -> tuple[str, str] | None:
    """Both halves of what a shop is asked with, as its kind has them; ``None`` where nothing was given.

    Raises ``BadInputError`` (``half_a_key``, ``bad_key``).
    """
    if given.kind == STRIPE:
        return _stripe_key(given, systems)
    if given.kind == SHOPIFY:
        return _app(given)
    return _pair(given, "A REST key has two parts: --key and FANSHARE_SHOP_SECRET.")


def _drawn(kind: str) -> str:
    """A secret, or nothing where ``add_connection`` draws the usual one."""
    # That of a postback stands in an address, so it has no character that an address would spell otherwise.
    return secrets.token_urlsafe(24) if kind == POSTBACK else ""


def _check_secrets(given: Given) -> None:
    if given.kind == STRIPE and any(not secret.startswith("whsec_") for secret in given.secrets):
        raise BadInputError("bad_secret", "The signing secret of a webhook at Stripe begins with whsec_.")


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
    signing = tuple(dict.fromkeys([*([api[1]] if api else []), *given.secrets]))
    return NewConnection(SHOPIFY, shop, signing, api, _hosts(replace(given, shop=shop)))


def _app(given: Given) -> tuple[str, str] | None:
    api = _pair(given, "An app has two parts: --key is its client id, FANSHARE_SHOP_SECRET its client secret.")
    if api and api[1].startswith(("shpat_", "shpca_", "shppa_")):
        said = "This is an access token; give the client secret of the app (Dev Dashboard, Settings) instead."
        raise BadInputError("bad_key", said)
    return api


def _stripe_key(given: Given, systems: Systems) -> tuple[str, str] | None:
    if given.key and given.key_secret:
        raise BadInputError("bad_key", "A key of Stripe has one part: give it as FANSHARE_SHOP_SECRET alone.")
    key = given.key_secret or given.key
    if key:
        systems.check_key(STRIPE, key)
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
