"""The rules that a SEPA credit transfer file has to keep beyond its schema: each with its source and what to do.

A schema lets through an IBAN with a wrong digit, a date in the past, a sum that is not the sum. ``check`` does not. It
looks at the values of a file, so a file of ours and one of anybody's are judged by the same words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from fanshare.core.errors import BadInputError
from fanshare.integrations.sepa import payment_rules, transfer_rules
from fanshare.integrations.sepa.document import Order
from fanshare.integrations.sepa.rule_texts import TEXTS


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``source`` is the document it comes from, ``advice`` a sentence that says what to do."""

    rule_id: str
    source: str
    advice: str


RULES = MappingProxyType({rule_id: Rule(rule_id, source, advice) for rule_id, source, advice in TEXTS})


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule and the place: ``the file``, ``payment 1``, ``transfer 17``. No name or account stands in it."""

    rule_id: str
    place: str

    @property
    def sentence(self) -> str:
        """Place and advice, for a person."""
        return f"{self.place[:1].upper()}{self.place[1:]}: {RULES[self.rule_id].advice}"


def check(order: Order, today: date, *, most: int = 100) -> list[Finding]:
    """The broken rules of a file, in the file's order, at most ``most`` of them; empty for a file that may be sent.

    ``today`` is the bank's date (Frankfurt for TARGET).
    """
    found: list[Finding] = []
    for rule_id, place in _offences(order, today):
        found.append(Finding(rule_id, place))
        if len(found) >= most:
            break
    return found


def refuse_broken(order: Order, today: date) -> None:
    """Raise ``BadInputError`` (code ``sepa_`` and the rule) for the first broken rule, telling how many there are."""
    found = check(order, today)
    if found:
        others = f" There are {len(found) - 1} more." if len(found) > 1 else ""
        raise BadInputError("sepa_" + found[0].rule_id.replace("-", "_"), found[0].sentence + others)


def _offences(order: Order, today: date) -> Iterator[tuple[str, str]]:
    yield from payment_rules.of_file(order)
    for number, payment in enumerate(order.payments, start=1):
        yield from payment_rules.of_payment(payment, f"payment {number}", today)
    yield from transfer_rules.of_all(order)
