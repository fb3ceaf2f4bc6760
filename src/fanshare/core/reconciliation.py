"""A run beside the file that was sent, the books, and what was said of its payments: the same to the cent, or by which
reference not.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import Instant
from fanshare.core.marks import Figure, say
from fanshare.core.money import MAX_MICROS, Micros, format_minor, parse_amount
from fanshare.core.payout_item import Answer, Frozen, Item, Said, State, again, decide, hear, move, submit

_LINE = re.compile(
    r"(?P<reference>[^,\n]{1,35}),(?P<payee>[^,\n]{1,100}),(?P<amount>[0-9.]{1,20}),(?P<currency>[A-Z]{3})"
    r"(?:,account-(?P<account>[1-9][0-9]{0,18}))?",
    re.ASCII,
)
#: Said of a payment whose answers did not match, by a person who has looked.
DECIDED = "decided"
#: Done with a payment over a provider, before it is asked to pay.
ATTEMPTED = "attempted"


class Line(NamedTuple):
    """A payment as one of the records has it: micros; ``account`` is a number of ours, ``None`` for a person's hand."""

    reference: str
    payee: str
    amount: Micros
    currency: str
    account: int | None = None


def written(line: Line) -> str:
    """The line as it stands in a run's file."""
    text = f"{line.reference},{line.payee},{format_minor(line.amount, line.currency)},{line.currency}"
    return text if line.account is None else f"{text},account-{line.account}"


def read_line(text: str) -> Line:
    """Undo ``written``. Raises ``BadInputError`` ``bad_line`` for what it would not have written."""
    found = _LINE.fullmatch(text)
    if found is not None:
        account = None if found["account"] is None else int(found["account"])
        line = Line(found["reference"], found["payee"], _amount(found["amount"]), found["currency"], account)
        try:
            if written(line) == text:
                return line
        except FanshareError:
            pass
    raise BadInputError("bad_line", "This is no line of a run's file.")


def _amount(text: str) -> Micros:
    try:
        return parse_amount(text)
    except BadInputError:
        return -MAX_MICROS


class What(StrEnum):
    """What is other than in the run."""

    BAD_LINE = "bad_line"  # nobody can read it
    NOT_IN_FILE = "not_in_file"
    TWICE_IN_FILE = "twice_in_file"
    NOT_OF_RUN = "not_of_run"
    OTHER_LINE = "other_line"  # another amount, currency, payee or account
    NOT_BOOKED = "not_booked"
    OTHER_BOOKED = "other_booked"
    OTHER_SAID = "other_said"  # who paid it names another amount


class Difference(NamedTuple):
    """One of them: the reference (or the place of an unreadable line), and what the run and the other record say.

    ``settled`` where a person has looked and decided.
    """

    what: What
    reference: str
    run: str
    other: str
    settled: bool = False


class Word(NamedTuple):
    """What somebody said of a payment, naming an amount."""

    said: str
    amount: Micros
    currency: str


class Payment(NamedTuple):
    """A payment that was sent: as the run has it, its state, as the books have it, and what was said with an amount."""

    line: Line
    state: State
    booked: Line | None
    words: tuple[Word, ...] = ()


class Total(NamedTuple):
    """A run in one currency, micros: in the run, in its file, in the books; and what became of the run's payments.

    ``confirmed`` arrived, and who paid it named the amount; ``marked`` arrived, as a person said without naming one.
    """

    currency: str
    payments: int
    run: Micros
    file: Micros
    booked: Micros
    confirmed: Micros
    marked: Micros
    back: Micros
    open: Micros
    looked: Micros


class Reconciled(NamedTuple):
    """What a run comes to in each of its records, and each difference by its reference."""

    totals: tuple[Total, ...]
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether all records say the same, or a person has decided what is true."""
        return all(one.settled for one in self.differences)


def reconcile(payments: Sequence[Payment], file: str) -> Reconciled:
    """Hold the payments of a run against the lines of its file, the books, and what was said of them."""
    lines, differences = [], []
    for number, text in enumerate(file.splitlines(), start=1):
        try:
            lines.append(read_line(text))
        except BadInputError:
            differences.append(Difference(What.BAD_LINE, f"line {number}", "", text[:80]))
    run = [one.line for one in payments]
    differences += _against_file(run, lines)
    differences += [found for one in payments for found in _against_books(one)]
    return Reconciled(tuple(_totals(payments, lines)), tuple(differences))


def _against_file(run: Sequence[Line], lines: Sequence[Line]) -> Iterator[Difference]:
    counts = Counter(one.reference for one in lines)
    known = {one.reference: one for one in lines}
    for one in run:
        found = known.get(one.reference)
        if found is None:
            yield Difference(What.NOT_IN_FILE, one.reference, written(one), "")
        elif found != one:
            yield Difference(What.OTHER_LINE, one.reference, written(one), written(found))
    for reference in sorted(known.keys() - {one.reference for one in run}):
        yield Difference(What.NOT_OF_RUN, reference, "", written(known[reference]))
    for reference, count in counts.items():
        if count > 1:
            yield Difference(What.TWICE_IN_FILE, reference, say("once"), say("%(n)s times", n=count))


def _against_books(one: Payment) -> Iterator[Difference]:
    mine = _said(one.line.amount, one.line.currency)
    if one.booked is None:
        yield Difference(What.NOT_BOOKED, one.line.reference, mine, "")
    elif one.booked[1:4] != one.line[1:4]:
        booked = _of(one.booked.payee, one.booked.amount, one.booked.currency)
        asked = _of(one.line.payee, one.line.amount, one.line.currency)
        yield Difference(What.OTHER_BOOKED, one.line.reference, asked, booked)
    other = next((word for word in reversed(one.words) if _differs(word, one.line)), None)
    if other is not None:
        said = _said(other.amount, other.currency or one.line.currency)
        yield Difference(What.OTHER_SAID, one.line.reference, mine, said, one.state is not State.MISMATCH)


def _differs(word: Word, line: Line) -> bool:
    return word.amount != line.amount or word.currency not in ("", line.currency)


def _said(amount: Micros, currency: str) -> str:
    return say("%(amount)s %(currency)s", amount=Figure(format_minor(amount, currency)), currency=currency)


def _of(payee: str, amount: Micros, currency: str) -> str:
    said = {"amount": Figure(format_minor(amount, currency)), "currency": currency}
    return say("%(amount)s %(currency)s of %(name)s", name=payee, **said)


def _totals(payments: Sequence[Payment], lines: Sequence[Line]) -> Iterator[Total]:
    currencies = {one.line.currency for one in payments} | {one.currency for one in lines}
    booked = [one.booked for one in payments if one.booked is not None]
    for currency in sorted(currencies):
        mine = [one for one in payments if one.line.currency == currency]
        yield Total(
            currency,
            len(mine),
            sum(one.line.amount for one in mine),
            sum(one.amount for one in lines if one.currency == currency),
            sum(one.amount for one in booked if one.currency == currency),
            *(sum(one.line.amount for one in mine if _end(one) == end) for end in _ENDS),
        )


#: In the order of the fields of ``Total``.
_ENDS = ("confirmed", "marked", "back", "open", "looked")


def _end(one: Payment) -> str:
    if one.state is State.FINAL:
        named = any(word.said == Said.ARRIVED and not _differs(word, one.line) for word in one.words)
        return "confirmed" if named else "marked"
    if one.state in (State.RETURNED, State.FAILED):
        return "back"
    return "looked" if one.state is State.MISMATCH else "open"


class Event(NamedTuple):
    """What was done or said about a payment, and the state that it had then. ``said`` is empty for what was done.

    ``remote`` is what a provider called it.
    """

    id: int
    state: str
    said: str
    amount: Micros | None
    currency: str
    reason: str
    at: Instant
    actor: str = ""
    remote: str = ""


class Followed(NamedTuple):
    """A payment as its events leave it, when the last of them changed it, and the first event that does not follow."""

    item: Item
    changed_at: Instant
    wrong: tuple[Event, str] | None = None


def followed(item: Item, events: Sequence[Event], window: int) -> Followed:
    """Go through the events of a payment from its plan on. ``item`` is the payment as it stands now."""
    at = Item(item.amount, item.currency)
    changed = events[0].at if events else 0
    for number, event in enumerate(events):
        try:
            after = _after(at, event, item.frozen, window) if number else _planned(at, event)
        except FanshareError as error:
            return Followed(at, changed, (event, error.code))
        if after.state != event.state:
            return Followed(at, changed, (event, str(after.state)))
        changed = changed if after == at else event.at
        at = after
    return Followed(at, changed)


def _planned(item: Item, event: Event) -> Item:
    if event.said or event.amount is not None or event.currency or event.remote:
        raise BadInputError("not_planned", "The first thing that happens to a payment is that it is planned.")
    return item


def _after(item: Item, event: Event, frozen: Frozen | None, window: int) -> Item:
    if event.said:
        return _heard(item, event, window)
    if event.amount is not None or event.currency or event.remote:
        raise BadInputError("not_said", "Whoever does something to a payment names no amount and no provider's name.")
    done: Mapping[str, Callable[[], Item]] = {
        State.APPROVED: lambda: move(item, State.APPROVED),
        State.FAILED: lambda: move(item, State.FAILED),
        State.SUBMITTED: lambda: submit(item, frozen or Frozen("", b""), event.at),
    }
    if event.state not in done:
        raise BadInputError("not_said", "Nobody does this to a payment without having been told something.")
    return done[event.state]()


def _heard(item: Item, event: Event, window: int) -> Item:
    bare = event.amount is None and not event.currency and not event.remote
    if event.said == DECIDED and bare:
        return decide(item, event.state == State.FINAL)
    if event.said == ATTEMPTED and bare:
        return again(item, window, event.at)
    if event.said not in set(Said):
        raise BadInputError("not_said", "Nobody can say this of a payment.")
    return hear(item, Answer(Said(event.said), event.at, event.amount, event.currency, event.remote), window)
