"""What codes give, in words."""

from fanshare.core.discounts import Discount
from fanshare.core.money import format_percent
from fanshare.web.language import gettext as _
from fanshare.web.language import ngettext, spoken
from fanshare.web.wording import Calendar, counted, shown


def gives(discount: Discount, calendar: Calendar) -> str:
    """What buyers get and when, in one line: ``15 % off, from 30.00 €, once per customer``."""
    currency = discount.currency
    if discount.percent_bps:
        percent = format_percent(discount.percent_bps)
        percent = percent.replace(".", ",") if spoken() == "de" else percent
        said = [_("%(percent)s %% off") % {"percent": percent}]
    else:
        said = [_("%(amount)s off") % {"amount": shown(discount.amount, currency)}]
    if discount.minimum:
        said.append(_("from %(amount)s") % {"amount": shown(discount.minimum, currency)})
    if discount.single_use:
        said.append(_("works once"))
    elif discount.uses is not None:
        said.append(
            ngettext("works %(num)s time in all", "works %(num)s times in all", discount.uses)
            % {"num": counted(discount.uses)}
        )
    if discount.once_per_buyer and not discount.single_use:
        said.append(_("once per customer"))
    if discount.products:
        n = len(discount.products)
        said.append(ngettext("for %(num)s product", "for %(num)s products", n) % {"num": counted(n)})
    if discount.ends_at is not None:
        said.append(_("until %(day)s") % {"day": calendar.day(discount.ends_at)})
    return ", ".join(said)
