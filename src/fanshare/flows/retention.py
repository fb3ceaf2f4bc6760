"""What is dropped, and when; and whether it was. What somebody was promised would go must not lie about."""

from collections.abc import Iterator

from fanshare.core.instants import DAY, Instant, utc_day
from fanshare.flows import day_keys, outbox
from fanshare.flows.remarks import Remark, amount_of_time
from fanshare.store.access import Connection
from fanshare.store.queries import keeping

#: Refused deliveries, in case the secret was wrong and not the sender.
REFUSED = 7 * DAY
#: Links for signing in, after they have ended.
_LINKS = DAY
#: The worker looks once an hour, and a day's key goes with its whole day.
_SLACK = 2 * DAY


def retention_remarks(conn: Connection, now: Instant) -> Iterator[Remark]:
    """One remark for each thing that is kept longer than it should be; one that says what is kept if all is well."""
    found = keeping.oldest(conn)
    late = [
        Remark("bad", "retention_late", _sentence(what, kept, now - since))
        for what, kept, since in (
            ("Raw messages of shops", day_keys.KEPT, found.raw),
            ("Refused messages", REFUSED, found.refused),
            ("Traces of sent mail", outbox.KEPT, found.mail),
            ("Ended links for signing in", _LINKS, found.links),
        )
        if since is not None and now - since > kept + _SLACK
    ]
    yield from late or [Remark("ok", "retention", _kept(found, now))]


def _sentence(what: str, kept: int, age: int) -> str:
    return (
        f"{what} should be dropped after {amount_of_time(kept)} and are kept for {amount_of_time(age)} by now:"
        " is `fanshare work` running? Its log says what stops it."
    )


def _kept(found: keeping.Oldest, now: Instant) -> str:
    oldest = "none are there" if found.raw is None else f"the oldest are of {utc_day(min(found.raw, now))}"
    return (
        f"Raw messages of shops are dropped after {amount_of_time(day_keys.KEPT)} ({oldest}), refused ones after"
        f" {amount_of_time(REFUSED)}; orders, books and log stay."
    )
