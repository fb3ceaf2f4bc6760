"""A NACHA file as a rail: what may be sent, and what the bank's returns say of each payment.

Nothing is sent by the program: a person or the bank's own software carries the file, and a file is never sent again
(``window`` is 0). ACH confirms no payment: that one arrived is concluded from an account's statement by a person.
"""

from collections.abc import Sequence

from fanshare.core.instants import Instant
from fanshare.core.payout_item import Answer, Frozen, Said
from fanshare.integrations.nacha.document import Entry, File
from fanshare.integrations.nacha.returns import Answer as Returned
from fanshare.integrations.nacha.returns import between_banks, match
from fanshare.integrations.nacha.write import entry_text


def freeze(entry: Entry) -> Frozen:
    """What goes out for one payment: its identification is the key, its record the bytes."""
    return Frozen(entry.identification, "\n".join((entry_text(entry), *entry.addenda)).encode())


class NachaFileRail:
    """The rail of one file, with the returns and notifications that came since. ``at`` is when these were read."""

    def __init__(self, file: File, at: Instant, answers: Sequence[Returned] = ()) -> None:
        self.name = "nacha"
        self.window = 0
        self._at = at
        entries = [entry for batch in file.batches for entry in batch.entries]
        self._frozen = {entry.identification: freeze(entry) for entry in entries}
        traces = {(entry.trace, entry.identification) for entry in entries}
        self._matched = match(answers, [file])
        self._unclear = {
            one.identification: one for one in self._matched.unclear if (one.trace, one.identification) in traces
        }

    def submit(self, frozen: Frozen) -> Answer:  # noqa: ARG002 - every rail takes it
        """Silent: handing a file over teaches nothing. Ask ``holds`` before; a payment that another file pays may
        still arrive, so none is refused here.
        """
        return Answer(Said.SILENT, self._at)

    def holds(self, frozen: Frozen) -> bool:
        """Whether the file pays exactly this."""
        return self._frozen.get(frozen.key) == frozen

    def ask(self, key: str, remote: str = "") -> Answer:  # noqa: ARG002 - a bank gives it no other name
        """What is known of a payment: back, with its amount; taken on, where only its details are to be changed.

        A return of another amount is said with it, so that it does not match; what banks dispute teaches nothing.
        """
        unclear, back = self._unclear.get(key), self._matched.returns.get(key)
        if unclear is not None:
            return self._of_unclear(unclear)
        if back is not None:
            return Answer(Said.CAME_BACK, self._at, back.micros, "USD")
        return Answer(Said.ACCEPTED if key in self._matched.changes else Said.SILENT, self._at)

    def _of_unclear(self, unclear: Returned) -> Answer:
        if between_banks(unclear.code) or not unclear.returned:
            return Answer(Said.SILENT, self._at)
        return Answer(Said.CAME_BACK, self._at, unclear.micros, "USD")
