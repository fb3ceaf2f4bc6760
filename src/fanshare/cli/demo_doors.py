"""Who may be tried in a demonstration: two people of its shop, the creator and fan with most ready, the operator."""

from collections import Counter
from collections.abc import Mapping

from fanshare.cli.demo_setup import Market
from fanshare.config.wiring import Installation
from fanshare.core.ledger import AccountKind
from fanshare.flows import demo_doors
from fanshare.flows.authorisation import Post
from fanshare.flows.staff import add_brand_person, add_operator
from fanshare.store import books
from fanshare.store.access import Access
from fanshare.world.story import World

_OWNER, _FINANCE = "bea@birkenhof.example", "ben@birkenhof.example"
_OPERATOR = "otto@fanshare.example"
#: As ``web.account.doors`` says it on pages.
_WHO = {
    demo_doors.SHOP: "the shop owner",
    demo_doors.SECOND: "a second person of the shop, who approves what the owner planned",
    demo_doors.CREATOR: "a creator",
    demo_doors.FAN: "a fan",
    demo_doors.OPERATOR: "the operator",
}


def open_doors(opened: Installation, market: Market, world: World) -> list[tuple[str, str]]:
    """Let everybody in who looks after something, and open a door for each; (path, who) of every door."""
    now, access = opened.clock(), opened.access(market.tenant, "demo")
    add_operator(opened.conn, opened.keys, _OPERATOR, now, "demo")
    for address, post in ((_OWNER, Post.OWNER), (_FINANCE, Post.FINANCE)):
        add_brand_person(access, market.tenant.public_id, opened.keys, address, now, post=post)
    creators = {market.creators[one.key]: one.email for one in world.creators}
    fans = {market.fans[one.key]: one.email for one in world.fans if one.known}
    addresses = {
        demo_doors.SHOP: _OWNER,
        demo_doors.SECOND: _FINANCE,
        demo_doors.CREATOR: _readiest(access, creators),
        demo_doors.FAN: _readiest(access, fans),
        demo_doors.OPERATOR: _OPERATOR,
    }
    demo_doors.open_doors(opened.conn, addresses, now)
    return [(f"/demo/as/{door}", _WHO[door]) for door in addresses]


def _readiest(access: Access, addresses: Mapping[int, str]) -> str:
    """The address of whoever has most ready, of those who have one: whoever tries her has something to use."""
    ready: Counter[int] = Counter()
    for balance, amount in books.balances(access).items():
        if balance.account.kind is AccountKind.AVAILABLE and balance.account.party is not None:
            ready[balance.account.party] = amount
    return addresses[max(addresses, key=lambda party: (ready[party], -party))]
