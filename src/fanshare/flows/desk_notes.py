"""What waits for a brand is told by mail to those who can do something about it: each thing once.

New claims, objections and applications come together, once a day and not before the morning where the programme is.
A claim or objection that is late goes to the owners, as do codes of shop credit that run out, and a switched-off
address of the brand's own software to whoever looks after it, all at once. Found and put into the outbox is one
transaction under a lock of the programme, so that two workers tell once, and one that is killed in between tells later.
How many there are the mail says, and where; who asked for what only the pages say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fanshare.config.keys import Keys
from fanshare.core.claims import ANSWER_WITHIN
from fanshare.core.instants import HOUR, Instant, day_begin, local_date
from fanshare.flows import outbox
from fanshare.flows.authorisation import Post
from fanshare.store.access import Access
from fanshare.store.queries import brand_mail, credit_stock
from fanshare.store.queries import desk_notes as rows
from fanshare.store.queries.desk_notes import Told, Waits
from fanshare.store.vault import Vault

#: What can wait for the morning, and what is told at once.
GENTLE, URGENT = ("claim", "objection", "application"), ("claim_late", "objection_late", "target")
#: Codes of shop credit that the brand made itself run out: told at once, with how many are left.
STOCK_LOW, STOCK_OUT = "stock_low", "stock_out"
_OWNER, _DESK = (Post.OWNER.value,), (Post.OWNER.value, Post.MANAGER.value)
#: Who is told of what.
POSTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((*GENTLE, "target"), _DESK),
    **dict.fromkeys(("claim_late", "objection_late", STOCK_LOW, STOCK_OUT), _OWNER),
}
MORNING = 8 * HOUR


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom a mail goes, in which language, and what it tells, by kind."""

    address: str
    language: str
    told: Mapping[str, Told]


def watch(access: Access, keys: Keys, tz: ZoneInfo, now: Instant) -> int:
    """Find what waits since the last time, and put the mails into the outbox; how many things they tell of."""
    with access.transaction():
        rows.lock(access)
        kinds = (*GENTLE, *URGENT) if _morning(access, tz, now) else URGENT
        found = [*rows.new(access, kinds, now - ANSWER_WITHIN), *_stock(access, now)]
        if found:
            rows.add(access, found, now)
            posts = {post for one in found for post in POSTS[one.kind]}
            for person in brand_mail.readers(access, sorted(posts)):
                content = {"programme": access.programme_id, "person": person, "at": now}
                outbox.put(access.conn, keys, outbox.DESK, f"{access.programme_id}/{person}/{now}", content, now)
    return len(found)


def reader(access: Access, keys: Keys, person: int, at: Instant) -> Reader | None:
    """What is written to somebody, if she is still there and wants it, of what her post has to do with."""
    who = brand_mail.reader(access, person, _DESK)
    address = None if who is None else Vault(access, keys).get(who[0], "email")
    if who is None or address is None:
        return None
    told = rows.told(access, at, [kind for kind, posts in POSTS.items() if who[2] in posts])
    if STOCK_LOW in told:
        left = sum(one.left for one in credit_stock.short(access, at))
        told[STOCK_LOW] = told[STOCK_LOW]._replace(number=left)
    return Reader(address.decode(), who[1], told) if told else None


def _stock(access: Access, now: Instant) -> list[Waits]:
    """Values of which few or no codes are left, each told once since codes of it came last."""
    short = credit_stock.short(access, now)
    wanted = [Waits(STOCK_LOW if one.left else STOCK_OUT, one.about, one.since) for one in short]
    known = rows.known(access, wanted)
    return [one for one in wanted if one not in known]


def _morning(access: Access, tz: ZoneInfo, now: Instant) -> bool:
    """Whether today's mail is due: it is morning, and none went since."""
    since = day_begin(local_date(now, tz), tz) + MORNING
    return now >= since and not rows.told_since(access, since, GENTLE)
