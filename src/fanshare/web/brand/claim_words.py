"""What came of asking the shops for the orders of claims, in words."""

from collections.abc import Sequence

from fanshare.store.queries.claim_fetches import Asked, Count
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.wording import Calendar

_ENDS = {
    "waiting": later("not asked to the end yet"),
    "known": later("was here already"),
    "found": later("found by asking the shop"),
    "none": later("the shop has no such order"),
    "gone": later("answered, or its person left, before the shop was asked"),
}
_WHYS = {
    "shop_unreachable": later("the shop did not answer"),
    "shop_refused": later("the shop does not let us in"),
    "order_hidden": later("the shop shows no order older than 60 days"),
    "several_orders": later("several orders have this number"),
    "not_an_order": later("the shop answered with another order"),
    "mixed_currencies": later("the order is in several currencies"),
    "crashed": later("reading the answer broke off"),
    "no_shop": later("no shop of yours can be asked for a number"),
    "no_number": later("it was claimed by a receipt, and nobody has said which order it is"),
    "odd_number": later("it does not look like the number of an order"),
}
_UNREAD = later("what the shop answered could not be read")


def summary(counts: Sequence[Count]) -> list[tuple[str, int]]:
    """What came of asking, and for how many claims, those with a reason by their reasons."""
    found: dict[str, int] = {}
    for one in counts:
        words = _ended(one.state, one.reason)
        found[words] = found.get(words, 0) + one.claims
    return list(found.items())


def what_shops_said(asked: Asked | None, calendar: Calendar) -> str:
    """The sentence about one claim; empty where there is nothing to say."""
    if asked is None or asked.state in ("known", "gone"):
        return ""
    if asked.asked_at is None:
        return _("The shop is asked for this number in a moment.")
    day, tries = calendar.day(asked.asked_at), sum(asked.failures.values())
    if asked.state == "waiting":
        said = _("Asked for this number on %(day)s (%(why)s); the shop is asked again, %(tries)s times so far.")
        return said % {"day": day, "why": why(asked.reason), "tries": tries}
    if asked.state == "found" and not asked.reason:
        return _("Found by asking the shop on %(day)s; no message had told of it.") % {"day": day}
    if asked.state == "none":
        return _("The shop was asked on %(day)s and has no order of this number.") % {"day": day}
    if asked.state == "unasked":
        return _("No shop was asked: %(why)s.") % {"why": why(asked.reason)}
    return _("The shop was asked, last on %(day)s, in vain: %(why)s.") % {"day": day, "why": why(asked.reason)}


def why(reason: str) -> str:
    """Why a shop could not tell."""
    return _(_WHYS.get(reason, _UNREAD))


def _ended(state: str, reason: str) -> str:
    return why(reason) if reason and state != "waiting" else _(_ENDS.get(state, _UNREAD))
