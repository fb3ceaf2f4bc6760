"""What providers' own reports said of payments: each word was said to its payment, and followed from there."""

from collections.abc import Iterator

from fanshare.core.instants import Instant
from fanshare.core.money import format_micros
from fanshare.flows.checks.finding import Offence
from fanshare.flows.context import Programme
from fanshare.store.queries import payout_records as records
from fanshare.store.queries import provider_reports as rows


def reports_heard(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Run, file, books and provider: what a report says of a payment stands among the words of the payment, to the
    cent; that these were followed is seen by the runs.
    """
    access = programme.access
    heard = rows.every(access)
    if not heard:
        return
    events = records.events(access)
    for one in heard:
        words = {(event.said, event.amount, event.currency) for event in events.get(one.item, []) if event.at <= one.at}
        if (one.said, one.amount, one.currency) not in words:
            where = f"provider_line of provider_report {one.report} about payout_item {one.item}"
            told = f"{one.said} {format_micros(one.amount)} {one.currency}"
            yield Offence(where, told, "a word that the payment was told")
