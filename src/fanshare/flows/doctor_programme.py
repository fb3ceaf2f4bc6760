"""What the doctor finds about one programme: its shops, its inbox, its orders, its links."""

from collections.abc import Iterator
from typing import Literal

from fanshare.core.claims import ANSWER_WITHIN
from fanshare.core.health import Level
from fanshare.core.instants import DAY, HOUR, MINUTE, Instant, format_rfc3339
from fanshare.core.marks import Word, later, say, say_n
from fanshare.flows.code_alarms import code_alarms
from fanshare.flows.health import connection_health
from fanshare.flows.remarks import Remark, amount_of_time
from fanshare.store.access import Access
from fanshare.store.queries import appeals, claims, code_stock, compliance, doctor, events, payout_holds, shop_codes

_LATE, _VERY_LATE = 5 * MINUTE, HOUR
_REFUSED_WITHIN = 7 * DAY
_WAITING_LONG = HOUR
_ENDS_SOON = 3 * DAY
_ANSWER_WITHIN = 7 * DAY
_CODES_LATE = 15 * MINUTE
_CODES_FAILED_WITHIN = 7 * DAY
_STOCK_LOW = 10
_UNREAD = later("a delivery has waited to be read for %(time)s: is `fanshare work` running?")
_UNSETTLED = later("an order has waited to be settled for %(time)s: is `fanshare work` running?")


def programme_remarks(access: Access, name: str, now: Instant) -> list[Remark]:
    """Everything there is to say about a programme; one remark of level ``ok`` when nothing is wrong."""
    found = [
        Remark(remark.level, remark.code, say("%(programme)s: %(sentence)s", programme=name, sentence=remark.sentence))
        for look in (
            _restored,
            _lag,
            _inbox,
            _refused,
            _shops,
            _orders,
            _links,
            _codes,
            _alarms,
            _holds,
            _appeals,
            _claims,
            _customers,
            _targets,
        )
        for remark in look(access, now)
    ]
    return found or [
        Remark("ok", "programme", say("%(programme)s: nothing waits and nothing is wrong.", programme=name))
    ]


def _restored(access: Access, _: Instant) -> Iterator[Remark]:
    held = payout_holds.standing(access)
    if held is not None:
        said = say(
            "payouts and shop credits wait: the books were restored from a backup of %(at)s. Compare what was paid"
            " since, on the page Payouts, then `fanshare payout hold release`.",
            at=format_rfc3339(held.books_of),
        )
        yield Remark("bad", "payouts_held", said)


def _lag(access: Access, now: Instant) -> Iterator[Remark]:
    for code, since, what in (
        ("inbox_late", doctor.oldest_delivery(access, now), _UNREAD),
        ("settle_late", doctor.oldest_due(access, now), _UNSETTLED),
    ):
        if since is not None and now - since > _LATE:
            yield Remark(
                "bad" if now - since > _VERY_LATE else "warn",
                code,
                say(what, time=amount_of_time(now - since)),
            )


def _inbox(access: Access, now: Instant) -> Iterator[Remark]:
    parked = doctor.parked(access)
    if parked:
        total, first = sum(kind.number for kind in parked), parked[0]
        said = say_n(
            "%(num)s delivery could not be read%(most)s because of %(code)s (%(why)s): remove the cause, then"
            " `fanshare inbox retry`.",
            "%(num)s deliveries could not be read%(most)s because of %(code)s (%(why)s): remove the cause, then"
            " `fanshare inbox retry`.",
            total,
            most="" if len(parked) == 1 else say(", %(n)s of them", n=first.number),
            code=first.code,
            why=Word(first.reason.rstrip(".")),
        )
        yield Remark("warn", "parked", said)
    number, oldest = doctor.postponed(access)
    if number and oldest is not None:
        said = say_n(
            "the shop has not answered about %(num)s delivery, the oldest of %(time)s ago: see whether it is up; we go"
            " on asking.",
            "the shop has not answered about %(num)s deliveries, the oldest of %(time)s ago: see whether it is up; we"
            " go on asking.",
            number,
            time=amount_of_time(now - oldest),
        )
        yield Remark("bad" if now - oldest > DAY else "warn", "shop_away", said)


def _refused(access: Access, now: Instant) -> Iterator[Remark]:
    for one in doctor.refused(access, max(0, now - _REFUSED_WITHIN)):
        said = say_n(
            "%(num)s delivery to %(name)s had a wrong signature in the last 7 days, the newest at %(at)s: did the"
            " secret change? `fanshare connection secret add` takes the shop's own, and then what was refused is taken"
            " after all.",
            "%(num)s deliveries to %(name)s had a wrong signature in the last 7 days, the newest at %(at)s: did the"
            " secret change? `fanshare connection secret add` takes the shop's own, and then what was refused is taken"
            " after all.",
            one.number,
            name=one.endpoint,
            at=format_rfc3339(one.newest),
        )
        yield Remark("warn", "refused", said)


def _shops(access: Access, now: Instant) -> Iterator[Remark]:
    levels: dict[Level, Literal["ok", "warn", "bad"]] = {Level.OK: "ok", Level.WARN: "warn", Level.BAD: "bad"}
    for shop in connection_health(access, now):
        for one in shop.health.findings:
            # Refused deliveries are counted by themselves, so that those of no connection are seen as well.
            if one.code != "refused":
                yield Remark(levels[one.level], one.code, one.sentence)


def _orders(access: Access, now: Instant) -> Iterator[Remark]:
    number, failure = doctor.failed(access)
    if number:
        said = say_n(
            "%(num)s order could not be settled (%(why)s): we try again; please report it as a bug.",
            "%(num)s orders could not be settled (%(why)s): we try again; please report it as a bug.",
            number,
            why=Word(failure.rstrip(".")),
        )
        yield Remark("bad", "settle_failed", said)
    waiting = doctor.waiting(access, now - _WAITING_LONG)
    if waiting:
        said = say_n(
            "no trace yet of the click that led to %(num)s order: is every edge's spool drained?",
            "no trace yet of the click that led to %(num)s orders: is every edge's spool drained?",
            waiting,
        )
        yield Remark("warn", "orders_waiting", said)


def _links(access: Access, _: Instant) -> Iterator[Remark]:
    links, codes = doctor.unlabelled(access)
    if links or codes:
        said = say(
            "%(links)s and %(codes)s have no advertising label and must not be used.",
            links=say_n("%(num)s link", "%(num)s links", links),
            codes=say_n("%(num)s code", "%(num)s codes", codes),
        )
        yield Remark("warn", "unlabelled", said)


def _codes(access: Access, now: Instant) -> Iterator[Remark]:
    """Codes whose shop has not answered, codes that were not made, and stocks that run out."""
    waits = shop_codes.waiting(access, now - _CODES_LATE)
    if waits.number and waits.since is not None:
        tried = say_n(", %(num)s attempt at most", ", %(num)s attempts at most", waits.attempts)
        why = waits.problem.rstrip(".")
        said = say_n(
            "the shop has not confirmed %(num)s code for %(time)s%(tried)s: %(why)s",
            "the shop has not confirmed %(num)s codes for %(time)s%(tried)s: %(why)s",
            waits.number,
            time=amount_of_time(now - waits.since),
            tried=tried if waits.attempts else "",
            why=say("%(why)s; we go on asking.", why=Word(why))
            if why
            else say("nobody has asked it: is `fanshare work` running?"),
        )
        yield Remark("bad" if now - waits.since > DAY else "warn", "codes_wait", said)
    number, why = shop_codes.failed(access, now - _CODES_FAILED_WITHIN)
    if number:
        said = say_n(
            "%(num)s code could not be made in the last 7 days; the newest, %(why)s.",
            "%(num)s codes could not be made in the last 7 days; the newest, %(why)s.",
            number,
            why=Word(why.rstrip(".")),
        )
        yield Remark("warn", "codes_failed", said)
    for level in code_stock.levels(access):
        if level.left < _STOCK_LOW:
            said = say_n(
                "the stock %(plan)s has %(num)s code left: `fanshare code stock import`.",
                "the stock %(plan)s has %(num)s codes left: `fanshare code stock import`.",
                level.left,
                plan=level.plan,
            )
            yield Remark("warn", "stock_low", said)


def _alarms(access: Access, now: Instant) -> Iterator[Remark]:
    for one in code_alarms(access, now):
        yield Remark("warn", f"code_{one.found.kind}", say("%(sentence)s.", sentence=one.sentence))


def _holds(access: Access, now: Instant) -> Iterator[Remark]:
    number, first = doctor.holds(access, now + _ENDS_SOON)
    if number and first is not None:
        said = say_n(
            "the hold on %(num)s share ends within 3 days, the first at %(at)s: decide before, or the money is"
            " released by itself.",
            "the hold on %(num)s shares ends within 3 days, the first at %(at)s: decide before, or the money is"
            " released by itself.",
            number,
            at=format_rfc3339(first),
        )
        yield Remark("warn", "holds_end", said)


def _claims(access: Access, now: Instant) -> Iterator[Remark]:
    number, first = claims.waiting_since(access, max(0, now - ANSWER_WITHIN))
    if number and first is not None:
        said = say_n(
            "%(num)s claim of missing sales waits for longer than 14 days, the first since %(at)s: the brand's owner"
            " answers them on the page Claims.",
            "%(num)s claims of missing sales wait for longer than 14 days, the first since %(at)s: the brand's owner"
            " answers them on the page Claims.",
            number,
            at=format_rfc3339(first),
        )
        yield Remark("warn", "claims_late", said)


def _appeals(access: Access, now: Instant) -> Iterator[Remark]:
    number, first = appeals.waiting_since(access, now)
    if number and first is not None:
        late = now - first > _ANSWER_WITHIN
        said = say_n(
            "%(num)s appeal waits for an answer, the first since %(at)s: `fanshare ruling appeals --waiting` shows"
            " them; everybody is to have an answer within 7 days.",
            "%(num)s appeals wait for an answer, the first since %(at)s: `fanshare ruling appeals --waiting` shows"
            " them; everybody is to have an answer within 7 days.",
            number,
            at=format_rfc3339(first),
        )
        yield Remark("bad" if late else "warn", "appeals", said)


def _customers(access: Access, now: Instant) -> Iterator[Remark]:
    """Requests of customers that wait. fanshare forgets by itself; to show what is held takes a person."""
    for one in compliance.open_kinds(access):
        late = one.due_at < now
        at = format_rfc3339(one.due_at)
        due = say("was due at %(at)s", at=at) if late else say("is due at %(at)s", at=at)
        if one.kind == "data_request":
            said = say_n(
                "%(num)s customer asked to see what is held, the first answer %(due)s: fanshare compliance list.",
                "%(num)s customers asked to see what is held, the first answer %(due)s: fanshare compliance list.",
                one.number,
                due=due,
            )
            yield Remark("bad" if late else "warn", "data_requests", said)
        elif late:
            said = say_n(
                "%(num)s request to forget somebody could not be finished; the first %(due)s: is `fanshare work`"
                " running?",
                "%(num)s requests to forget somebody could not be finished; the first %(due)s: is `fanshare work`"
                " running?",
                one.number,
                due=due,
            )
            yield Remark("bad", "redactions_late", said)


def _targets(access: Access, now: Instant) -> Iterator[Remark]:
    for target in events.targets(access):
        if target.state == "failed":
            said = say(
                "events are no longer sent to %(url)s: %(why)s Mend it, then switch it on again"
                " (`PATCH /api/v1/webhooks`).",
                url=target.url,
                why=Word(target.reason),
            )
            yield Remark("warn", "events_off", said)
        elif target.failing_since is not None and now - target.failing_since > HOUR:
            said = say(
                "events to %(url)s have not been taken for %(time)s; we go on.",
                url=target.url,
                time=amount_of_time(now - target.failing_since),
            )
            yield Remark("warn", "events_failing", said)
