"""The rules that a SEPA credit transfer file has to keep beyond its schema: each with its source and what to do.

A schema lets through an IBAN with a wrong digit, a date in the past, a sum that is not the sum. ``check`` does not. It
looks at the values of a file, so a file of ours and one of anybody's are judged by the same words.
"""

from collections.abc import Iterator
from datetime import date

from fanshare.integrations.bank_rules import Finding, Offence, collect, refuse, rules_of
from fanshare.integrations.sepa import payment_rules, transfer_rules
from fanshare.integrations.sepa.document import Order
from fanshare.integrations.sepa.rule_texts import TEXTS

RULES = rules_of(TEXTS)


def check(order: Order, today: date, *, most: int = 100) -> list[Finding]:
    """The broken rules of a file, in the file's order, at most ``most`` of them; empty for a file that may be sent.

    ``today`` is the bank's date (Frankfurt for TARGET).
    """
    return collect(_offences(order, today), RULES, most)


def refuse_broken(order: Order, today: date) -> None:
    """Raise ``BadInputError`` (code ``sepa_`` and the rule) for the first broken rule, telling how many there are."""
    refuse(check(order, today), "sepa")


def _offences(order: Order, today: date) -> Iterator[Offence]:
    yield from payment_rules.of_file(order)
    for number, payment in enumerate(order.payments, start=1):
        yield from payment_rules.of_payment(payment, f"payment {number}", today)
    yield from transfer_rules.of_all(order)
