"""Questions: one thread for each fan and creator. Plain words, bounded; whom a creator blocks is not told.

Whoever shares for a creator may ask; nothing has to be bought. What is said to a fan who asks is the same whether she
is read or not. Words lie in the vault under the key of whoever wrote them; the house reads a message only when whoever
received it reports it, and only until the report is answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fanshare.core import plain_words
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, Instant
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.store.queries import fans, questions
from fanshare.store.queries.questions import MessageRow, ReportRow, ThreadRow

LONGEST = 1_000
#: What a fan may ask within a day, in one thread and in all; what a creator may answer.
MOST_IN_A_THREAD, MOST_ASKED, MOST_ANSWERED = 5, 20, 500


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its words."""

    row: MessageRow
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report with the words that were reported."""

    row: ReportRow
    words: str


def ask(programme: Programme, fan: int, creator: int, words: str, now: Instant) -> None:
    """Words of a fan's to a creator she shares for (who calls this has looked).

    Raises ``BadInputError`` as ``plain_words.lines``, ``FanshareError``: ``erased``, ``too_many_words``,
    ``thread_closed``.
    """
    said = plain_words.lines(words, LONGEST)
    access = programme.access
    with access.transaction():
        person = _held(programme, fan)
        known = questions.thread(access, creator=creator, fan=fan)
        if known is not None:
            _check_open(known)
            in_all, here = questions.count(access, fan, known.id, now - DAY, by_creator=False)
        else:
            in_all, here = questions.count(access, fan, 0, now - DAY, by_creator=False)
        if in_all >= MOST_ASKED or here >= MOST_IN_A_THREAD:
            raise FanshareError("too_many_words", "You wrote a lot within a day; write again tomorrow.", 429)
        made = questions.add(access, questions.open_thread(access, creator, fan, now), now, by_creator=False)
        programme.vault.put(person, _kind(made), said.encode(), now)


def answer(programme: Programme, creator: int, thread: int, words: str, now: Instant) -> None:
    """Words of a creator's in a thread of hers. Raises as ``ask``, and ``BadInputError`` (``unknown_thread``)."""
    said = plain_words.lines(words, LONGEST)
    access = programme.access
    with access.transaction():
        person = _held(programme, creator)
        _check_open(of_hers(programme, creator, thread))
        in_all, _ = questions.count(access, creator, thread, now - DAY, by_creator=True)
        if in_all >= MOST_ANSWERED:
            raise FanshareError("too_many_words", "You wrote a lot within a day; write again tomorrow.", 429)
        made = questions.add(access, thread, now, by_creator=True)
        programme.vault.put(person, _kind(made), said.encode(), now)


def of_hers(programme: Programme, creator: int, thread: int) -> ThreadRow:
    """A thread of a creator's. Raises ``BadInputError`` (``unknown_thread``)."""
    found = questions.thread(programme.access, id_=thread, creator=creator)
    if found is None:
        raise BadInputError("unknown_thread", "There is no such thread of yours.", 404)
    return found


def read(programme: Programme, thread: ThreadRow, *, after: int | None = None, limit: int) -> list[Message]:
    """Messages of a thread, the newest first."""
    rows = questions.messages(programme.access, thread.id, after=after, limit=limit)
    whose = {True: thread.creator_person, False: thread.fan_person}
    words = programme.vault.get_many((whose[row.by_creator], _kind(row.id)) for row in rows)
    return [Message(row, words.get((whose[row.by_creator], _kind(row.id)), b"").decode()) for row in rows]


def report(programme: Programme, thread: ThreadRow, message: int, now: Instant, *, by_creator: bool) -> None:
    """Report a message that the other side wrote; ``by_creator`` says that a creator reports."""
    questions.report(programme.access, thread.id, message, now, by_creator=not by_creator)


def reports(programme: Programme, *, after: int | None = None, limit: int) -> list[Report]:
    """Reports that wait for a person of the house, with the words they are about."""
    rows = questions.reports(programme.access, after=after, limit=limit)
    words = programme.vault.get_many((row.person, _kind(row.message)) for row in rows)
    return [Report(row, words.get((row.person, _kind(row.message)), b"").decode()) for row in rows]


def settle_report(programme: Programme, message: int, now: Instant, *, close: bool) -> None:
    """Answer a report: let it be, or close the thread for both. Raises ``BadInputError`` (``unknown_report``)."""
    with programme.access.transaction():
        thread = questions.answer_report(programme.access, message, now)
        if thread is None:
            raise BadInputError("unknown_report", "No such report waits for an answer.", 404)
        if close:
            questions.close(programme.access, thread, now)
        noted(programme.access, "report.close" if close else "report.let_be", now, f"message {message}")


def copied(programme: Programme, party: int, kind: str, most: int) -> Sequence[tuple[str, Message]]:
    """Everything said in a party's threads, for the copy of her data: with whom, and each message."""
    access = programme.access
    own = questions.of_fan(access, party, limit=most)
    if kind == "creator":
        own = [
            row for blocked in (False, True) for row in questions.of_creator(access, party, blocked=blocked, limit=most)
        ]
    return [(f"{kind} thread {one.id}", message) for one in own for message in read(programme, one, limit=most)]


def _held(programme: Programme, party: int) -> int:
    person = fans.lock(programme.access, party)
    if person is None:
        raise FanshareError("erased", "The person behind this account was erased.", 410)
    return person


def _check_open(thread: ThreadRow) -> None:
    if thread.closed_at is not None:
        raise FanshareError("thread_closed", "The people of the shop closed this thread after a report.", 409)


def _kind(message: int) -> str:
    return f"message {message}"
