"""What drivers of providers say of a payment or of themselves, for the reader's language.

The sentences are those of ``integrations``, which pages don't know; a test holds them against each other.
"""

import re
from collections.abc import Iterator

from markupsafe import Markup

from fanshare.web import kept
from fanshare.web.language import gettext as _
from fanshare.web.language import later, spoken

SENTENCES = (
    later("The brand's balance at Stripe did not suffice."),
    later("Stripe does not know the account that this was to go to."),
    later("Stripe can't pay to this account."),
    later("The account at Stripe is not ready to be paid."),
    later("Stripe refused this payment."),
    later("The brand took this transfer back at Stripe."),
    later("Nobody claimed it at PayPal within 30 days."),
    later("It was refunded at PayPal."),
    later("PayPal took it back."),
    later("PayPal could not pay it."),
    later("PayPal refused this payment."),
    later("The brand's balance at PayPal did not suffice."),
    later("Tremendous refused this payment."),
    later("Tremendous could not carry out this payment; the brand's balance there may not have sufficed."),
    later("The brand took this reward back at Tremendous."),
    later("the provider that was chosen is not paid by any more"),
)


def said(text: str) -> str:
    """A reason in the reader's language, where it is one that is known: of a provider, or of a bank."""
    return _(text) if text in SENTENCES or text in kept.banks() else text


#: What a provider in trouble says of itself. ``name`` is the provider's, ``status`` a number of HTTP.
TROUBLES = (
    later("%(name)s did not answer in full."),
    later("%(name)s answered %(status)s; it is asked again later."),
    later("%(name)s does not accept our key for this."),
    later("%(name)s gave an answer (%(status)s) that can't be read."),
    later("%(name)s's answer can't be read."),
    later("%(name)s' answer can't be read."),
    later("PayPal does not let this app pay out."),
    later("The shop's address can't be asked."),
    later("The shop's answer is larger than %(status)s bytes."),
)
_UNSURE = later("Whether an earlier attempt went through isn't known.")
_PLACES = {"name": r"(?P<name>[A-Za-z]{2,30})", "status": r"(?P<status>[0-9]{1,9})"}


def trouble(text: str) -> str:
    """What is wrong with a provider, in the reader's language; what nobody has translated says that it is English."""
    words = [_sentence(one) for one in _sentences(text)]
    return Markup(" ").join(words) if any(isinstance(one, Markup) for one in words) else " ".join(words)


def _sentences(text: str) -> Iterator[str]:
    """What was said, and apart from it what is added about an earlier attempt."""
    said_first, added, rest = text.partition(f" {_UNSURE}")
    yield said_first
    if added and not rest:
        yield _UNSURE


def _sentence(text: str) -> str:
    known = _(text) if text in SENTENCES or text == _UNSURE else _filled(text)
    if known is None or (known == text and spoken() != "en"):
        return Markup('<span lang="en">{text}</span>').format(text=text)
    return known


def _filled(text: str) -> str | None:
    for template in TROUBLES:
        parts = re.split(r"%\((name|status)\)s", template)
        pattern = "".join(_PLACES[part] if at % 2 else re.escape(part) for at, part in enumerate(parts))
        found = re.fullmatch(pattern, text)
        if found is not None:
            return _(template) % found.groupdict()
    return None
