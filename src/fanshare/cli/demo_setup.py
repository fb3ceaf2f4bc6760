"""Founds the two programmes of a demonstration and lets everybody in: creators, fans, links, codes, shops."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from fanshare.config.wiring import Installation
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.flows import assets, links, people
from fanshare.flows.connections import NewConnection, add_connection
from fanshare.flows.context import Programme
from fanshare.flows.links import Label, NewCode, NewLink
from fanshare.flows.people import Joiner
from fanshare.flows.publish_terms import publish_terms
from fanshare.integrations.registry import connector
from fanshare.store import directory
from fanshare.store.directory import NewProgramme
from fanshare.store.directory import Programme as Tenant
from fanshare.world.market import CURRENCY, SHOP, ZONE, day_start, terms_document
from fanshare.world.story import World
from fanshare.world.woo_shop import WEBHOOK_SECRET, WooShop

LABEL = Label("DE", "instagram", "Werbung")
WOO_SHOP = "https://leinen-ton.example"
MIRA = Joiner("Mira Tonwerk", "mira@creators.example", "mira")
#: Of the generated shop; a demonstration has no secrets.
SECRET = b"whsec_" + base64.b64encode(b"the demo shop signs with")

_WOO_TERMS = {
    "terms": {"time_zone": ZONE},
    "commission": [
        {
            "id": "standard",
            "currency": CURRENCY,
            "tiers": [{"upto": "1000", "percent": "12"}, {"percent": "14", "retroactive": True}],
        }
    ],
    "caps": [{"per": "month", "amount": "400", "currency": CURRENCY}],
}


@dataclass(frozen=True, slots=True)
class Market:
    """The generated programme: its tenant, the hook of its shop, and party ids by the keys of the world."""

    tenant: Tenant
    endpoint: str
    creators: Mapping[int, int]
    fans: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class WooStory:
    """The programme of the recorded shop."""

    tenant: Tenant
    endpoint: str
    mira: int


def _brand(slug: str, name: str) -> NewProgramme:
    """One of several brands here, of different owners."""
    contact = f"hallo@{slug}.example"
    return NewProgramme(slug, name, "DE", CURRENCY, ZONE, contact, several_brands=True, demo=True)


def found_market(opened: Installation, world: World) -> Market:
    """Found the generated programme on the eve of its first day."""
    eve = day_start(0, world.days) - DAY
    new = _brand("birkenhof", "Birkenhof")
    tenant = directory.found_programme(opened.conn, new, eve, "demo")
    publish_terms(opened.access(tenant, "demo"), terms_document(), eve, effective_at=eve)
    programme = opened.programme(tenant, "demo")
    now = eve + HOUR
    with programme.access.transaction():
        joiners = [Joiner(one.name, one.email, one.slug) for one in world.creators]
        creators = dict(
            zip((one.key for one in world.creators), people.add_creators(programme, joiners, now), strict=True)
        )
        helpers = [Joiner("", one.email if one.known else "") for one in world.fans]
        fans = dict(zip((one.key for one in world.fans), people.add_fans(programme, helpers, now), strict=True))
        _open_links(programme, world, creators, fans, now)
    shop = NewConnection("generic", base_url=SHOP, secrets=(SECRET.decode(),))
    kind = connector("generic")
    connected = add_connection(
        programme, shop, now, can_fetch=kind.can_fetch, reports_fulfilment=kind.reports_fulfilment
    )
    return Market(tenant, connected.endpoint, creators, fans)


def _open_links(
    programme: Programme, world: World, creators: Mapping[int, int], fans: Mapping[int, int], now: Instant
) -> None:
    extension = world.extension.key
    made = [
        NewLink(
            creators[one.key],
            creators[one.key],
            f"{SHOP}/",
            LABEL,
            campaign="everything",
            code=one.code,
            link_class="extension" if one.key == extension else "standard",
        )
        for one in world.creators
    ]
    made += [NewLink(creators[one.creator], fans[one.key], f"{SHOP}/", LABEL, code=one.code) for one in world.fans]
    first = creators[world.creators[0].key]
    made.append(NewLink(first, first, f"{SHOP}/", LABEL, code=world.paused))
    links.add_links(programme, made, now)
    assets.set_link_state(programme, world.paused, "paused", now + HOUR)
    for key, text in world.codes.items():
        links.add_code(programme, NewCode(creators[key], creators[key], text, LABEL), now)
    whose = {one.key: one.creator for one in world.fans}
    for key, text in world.fan_codes.items():
        links.add_code(programme, NewCode(creators[whose[key]], fans[key], text, LABEL), now)
    for key, fan_bps in world.choices.items():
        links.choose_fan_part(programme, creators[key], fan_bps, now)


def found_woo(opened: Installation, shop: WooShop, at: Instant) -> WooStory:
    """Found "Leinen & Ton", whose shop was recorded: one creator, Mira, with a link and the code MIRA10.

    Its terms have what makes orders of one creator depend on each other: steps, one of them retroactive, and a cap.
    """
    new = _brand("leinen-ton", "Leinen & Ton")
    tenant = directory.found_programme(opened.conn, new, at, "demo")
    publish_terms(opened.access(tenant, "demo"), _WOO_TERMS, at, effective_at=at)
    programme = opened.programme(tenant, "demo")
    mira = people.add_creator(programme, MIRA, at)
    links.add_link(programme, NewLink(mira, mira, f"{WOO_SHOP}/", LABEL, campaign="spring", code="mira"), at)
    links.add_code(programme, NewCode(mira, mira, "MIRA10", LABEL), at)
    kind = connector("woocommerce")
    connected = add_connection(
        programme,
        NewConnection(
            "woocommerce",
            base_url=shop.url,
            secrets=(WEBHOOK_SECRET.decode(),),
            api=(shop.key, shop.secret),
            hosts=("leinen-ton.example",),
        ),
        at,
        can_fetch=kind.can_fetch,
        reports_fulfilment=kind.reports_fulfilment,
    )
    return WooStory(tenant, connected.endpoint, mira)
