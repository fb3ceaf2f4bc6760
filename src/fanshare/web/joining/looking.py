"""What a programme offers, as a page shows it: bars of one order, and sentences with their numbers."""

from fanshare.core.funding import Standing
from fanshare.core.sharing import Shares
from fanshare.flows.outlook import Outlook
from fanshare.web.language import gettext as _
from fanshare.web.language import ngettext
from fanshare.web.pages_port import Role, Split
from fanshare.web.payee.ways import NAMES
from fanshare.web.public.explaining import Bar, bar
from fanshare.web.wording import shown


def bars(found: Outlook, creator: str, *, me: Role) -> list[tuple[str, Bar]]:
    """Headings and bars of the example order: brought by the creator, and by a fan of hers."""
    alone = Shares(found.shares.creator_alone, 0, 0)
    through_fan = Shares(found.shares.creator, found.shares.fan, found.shares.buyer)
    both = [
        (_("An order that you bring"), alone),
        (_("An order that a fan of yours brings"), through_fan),
    ]
    if me == "fan":
        both = [(_("An order that you bring"), through_fan)]
    return [
        (words, bar(Split(found.currency, found.shares.net, shares), creator=creator, me=me)) for words, shares in both
    ]


def promises(found: Outlook) -> list[str]:
    """When money is ready, how promptly it is paid here, and how surely the terms hold."""
    ready = ngettext(
        "Ready %(n)s day after the goods were sent.", "Ready %(n)s days after the goods were sent.", found.hold_days
    )
    notice = ngettext(
        "A worse rate is announced at least %(n)s day before, and never touches what was clicked before.",
        "A worse rate is announced at least %(n)s days before, and never touches what was clicked before.",
        found.notice_days,
    )
    return [
        ready % {"n": found.hold_days},
        promptness(found),
        *([funded(found.funding)] if found.funding is not None else []),
        notice % {"n": found.notice_days},
        *paid_by(found),
    ]


def paid_by(found: Outlook) -> list[str]:
    """From which sum on and by which ways is paid, and who bears what that costs."""
    currency = found.currency
    if found.minimum:
        least = _("Your balance never expires. It is paid once %(sum)s are ready together; joining costs nothing.")
        said = [least % {"sum": shown(found.minimum, currency)}]
    else:
        said = [_("Your balance never expires. There is no minimum, no fee, and nothing to buy.")]
    if found.ways:
        from_sum = _("%(name)s from %(sum)s on")
        named = [
            from_sum % {"name": NAMES[kind], "sum": shown(least, currency)} if least else NAMES[kind]
            for kind, least in found.ways
        ]
        words = _("Paid to a bank account, or by %(ways)s. The brand pays what sending costs.")
        said.append(words % {"ways": ", ".join(named)})
    return said


def funded(standing: Standing) -> str:
    """Whether the money for what is earned here is there before anybody works."""
    known = {
        Standing.FUNDED: _("Funded: the money for all that is owed here has been paid in."),
        Standing.PARTLY: _("Partly funded: a part of what is owed here has been paid in, the rest not yet."),
        Standing.UNFUNDED: _("Not funded: the brand has paid in nothing yet that payouts could take."),
    }
    return known[standing]


def promptness(found: Outlook) -> str:
    """How promptly this programme pays what is ready."""
    known = found.punctuality
    if known is None:
        return _("How promptly this programme pays: too few payouts yet to tell.")
    if known.unpaid:
        words = ngettext(
            "Half of what is ready here waits for more than %(n)s day to be paid.",
            "Half of what is ready here waits for more than %(n)s days to be paid.",
            known.days,
        )
    else:
        words = ngettext(
            "Half of what is ready here is paid within %(n)s day.",
            "Half of what is ready here is paid within %(n)s days.",
            known.days,
        )
    return words % {"n": known.days}
