"""What is dropped, and when; and whether it was. What somebody was promised would go must not lie about."""

from collections.abc import Iterator

from fanshare.core.instants import DAY, Instant, utc_day
from fanshare.core.marks import say
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
            (say("Raw messages of shops"), day_keys.KEPT, found.raw),
            (say("Refused messages"), REFUSED, found.refused),
            (say("Traces of sent mail"), outbox.KEPT, found.mail),
            (say("Ended links for signing in"), _LINKS, found.links),
        )
        if since is not None and now - since > kept + _SLACK
    ]
    yield from late or [Remark("ok", "retention", _kept(found, now))]


def _sentence(what: str, kept: int, age: int) -> str:
    return say(
        "%(what)s should be dropped after %(kept)s and are kept for %(age)s by now:"
        " is `fanshare work` running? Its log says what stops it.",
        what=what,
        kept=amount_of_time(kept),
        age=amount_of_time(age),
    )


def _kept(found: keeping.Oldest, now: Instant) -> str:
    day = "" if found.raw is None else utc_day(min(found.raw, now))
    return say(
        "Raw messages of shops are dropped after %(kept)s (%(oldest)s), refused ones after %(refused)s; orders, books"
        " and log stay.",
        kept=amount_of_time(day_keys.KEPT),
        oldest=say("the oldest are of %(day)s", day=day) if day else say("none are there"),
        refused=amount_of_time(REFUSED),
    )
