"""Who may be tried in a demonstration: people of its shops, creators, the fan with most ready, the operator."""

from collections import Counter
from collections.abc import Mapping

from fanshare.cli.demo_setup import MIRA, Market, WooStory
from fanshare.config.wiring import Installation
from fanshare.core.ledger import AccountKind
from fanshare.flows import demo_doors
from fanshare.flows.authorisation import Post
from fanshare.flows.staff import add_brand_person, add_operator
from fanshare.store import books
from fanshare.store.access import Access
from fanshare.world.story import World

_OWNER, _FINANCE = "bea@birkenhof.example", "ben@birkenhof.example"
_OTHER_OWNER = "lea@leinen-ton.example"
_OPERATOR = "otto@fanshare.example"
#: As ``web.account.doors`` says it on pages.
_WHO = {
    demo_doors.SHOP: "the shop owner",
    demo_doors.SECOND: "a second person of the shop, who approves what the owner planned",
    demo_doors.CREATOR: "a creator",
    demo_doors.FAN: "a fan",
    demo_doors.OTHER_SHOP: "the owner of the other shop, who has paid in nothing yet",
    demo_doors.OTHER_CREATOR: "a creator of the other shop, with a bonus that is ready",
    demo_doors.OPERATOR: "the operator",
}


def open_doors(opened: Installation, market: Market, woo: WooStory, world: World) -> list[tuple[str, str]]:
    """Let everybody in who looks after something, and open a door for each; (path, who) of every door."""
    now, access = opened.clock(), opened.access(market.tenant, "demo")
    add_operator(opened.conn, opened.keys, _OPERATOR, now, "demo")
    for address, post in ((_OWNER, Post.OWNER), (_FINANCE, Post.FINANCE)):
        add_brand_person(access, market.tenant.public_id, opened.keys, address, now, post=post)
    other = opened.access(woo.tenant, "demo")
    add_brand_person(other, woo.tenant.public_id, opened.keys, _OTHER_OWNER, now, post=Post.OWNER)
    creators = {market.creators[one.key]: one.email for one in world.creators}
    fans = {market.fans[one.key]: one.email for one in world.fans if one.known}
    addresses = {
        demo_doors.SHOP: _OWNER,
        demo_doors.SECOND: _FINANCE,
        demo_doors.CREATOR: _readiest(access, creators),
        demo_doors.FAN: _readiest(access, fans),
        demo_doors.OTHER_SHOP: _OTHER_OWNER,
        demo_doors.OTHER_CREATOR: MIRA.email,
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
