"""What drivers of providers say of a payment or of themselves, for the reader's language.

The sentences are those of ``integrations``, which pages don't know; a test holds them against each other.
"""

from fanshare.web.language import gettext as _
from fanshare.web.language import later

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
    """A reason in the reader's language, where it is one that is known."""
    return _(text) if text in SENTENCES else text
