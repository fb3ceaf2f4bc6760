"""What a payment in another currency is made of, in a sentence."""

from datetime import date

from fanshare.core.money import format_trimmed
from fanshare.core.rates import Converted
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.wording import figure


def made_of(here: Here, of: Converted) -> str:
    """How much of which balance, by which rates of which source and day."""
    quote = of.quote
    return _(
        "of %(given)s %(origin)s, by rates of the %(source)s of %(day)s: %(origin_per)s %(origin)s are"
        " %(target_per)s %(target)s"
    ) % {
        "given": figure(format_trimmed(of.given)),
        "origin": quote.origin,
        "source": quote.source,
        "day": here.calendar.name(date.fromisoformat(quote.day)),
        "origin_per": figure(quote.origin_per),
        "target_per": figure(quote.target_per),
        "target": quote.target,
    }
