"""A run's records beside each other, in plain words: whether run, file, books and bank say the same."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fanshare.core.reconciliation import Difference, Total, What
from fanshare.flows import reconciling
from fanshare.store.queries.payout_lists import Sum
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later

#: A run of more payments is compared when somebody asks.
MOST = 2_000
_SHOWN = 50
_WHAT: Mapping[str, str] = {
    What.BAD_LINE: later("nobody can read this line of the file"),
    What.NOT_IN_FILE: later("not in the file that was sent"),
    What.TWICE_IN_FILE: later("more than once in the file that was sent"),
    What.NOT_OF_RUN: later("in the file, and not of this run"),
    What.OTHER_LINE: later("other in the file than in the run"),
    What.NOT_BOOKED: later("not booked"),
    What.OTHER_BOOKED: later("booked otherwise"),
    What.OTHER_SAID: later("the bank says another amount than was sent"),
}
#: What is odd about a payment in a bank's file.
_ODD: Mapping[str, str] = {
    "paid_twice": later("paid twice; ask the bank for one of them"),
    "debited_again": later("debited, given back and debited again"),
    "other_amount": later("another amount than was sent"),
    "return_without_debit": later("came back more often than it left"),
    "credit_unclear": later("money came in under its reference, and the bank calls it no return"),
    "no_amount": later("booked in a sum that does not tell its parts"),
    "stranger": later("debited under this run's number, and not of this run"),
    "statement_sum": later("the statement's balances do not fit its entries"),
    "unclear": later("the bank says different things"),
    "not_of_this_run": later("not of this run"),
}


def odd_word(what: str) -> str:
    """What is odd, in words."""
    return _(_ODD.get(what, what))


def odd_counted(found: Iterable[tuple[str, str]]) -> list[tuple[str, int, list[str]]]:
    """What fits nothing, from (reference, what): in words, how often, and the first references."""
    each = list(found)
    counts = Counter(what for _reference, what in each)
    return [
        (odd_word(what), count, [reference for reference, one in each if one == what and reference][:10])
        for what, count in sorted(counts.items())
    ]


def of_run(here: Here, run: int, sums: Sequence[Sum]) -> dict[str, Any] | None:
    """What the page of a run says of it; ``None`` where it has too many payments to be compared unasked."""
    if sum(one.payments for one in sums) > MOST and here.request.GET.get("compare") != "all":
        return None
    found = reconciling.of_run(here.access, run)
    differences = found.found.differences
    return {
        "agrees": found.found.agrees,
        "totals": [(one, _same(one)) for one in found.found.totals],
        "differences": [_difference(one) for one in differences[:_SHOWN]],
        "more": max(0, len(differences) - _SHOWN),
        "odd": [(here.calendar.day(one.at), one.reference, odd_word(one.what)) for one in found.odd],
    }


def _same(one: Total) -> bool:
    return one.run == one.file == one.booked


def _difference(one: Difference) -> tuple[Difference, str]:
    return one, _(_WHAT[one.what])
