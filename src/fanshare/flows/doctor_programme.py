"""What the doctor finds about one programme: its shops, its inbox, its orders, its links."""

from collections.abc import Iterator
from typing import Literal

from fanshare.core.claims import ANSWER_WITHIN
from fanshare.core.health import Level
from fanshare.core.instants import DAY, HOUR, MINUTE, Instant, format_rfc3339
from fanshare.flows.code_alarms import code_alarms
from fanshare.flows.health import connection_health
from fanshare.flows.remarks import Remark, amount_of_time, counted
from fanshare.store.access import Access
from fanshare.store.queries import appeals, claims, code_stock, compliance, doctor, events, shop_codes

_LATE, _VERY_LATE = 5 * MINUTE, HOUR
_REFUSED_WITHIN = 7 * DAY
_WAITING_LONG = HOUR
_ENDS_SOON = 3 * DAY
_ANSWER_WITHIN = 7 * DAY
_CODES_LATE = 15 * MINUTE
_CODES_FAILED_WITHIN = 7 * DAY
_STOCK_LOW = 10


def programme_remarks(access: Access, name: str, now: Instant) -> list[Remark]:
    """Everything there is to say about a programme; one remark of level ``ok`` when nothing is wrong."""
    found = [
        Remark(remark.level, remark.code, f"{name}: {remark.sentence}")
        for look in (
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
    return found or [Remark("ok", "programme", f"{name}: nothing waits and nothing is wrong.")]


def _lag(access: Access, now: Instant) -> Iterator[Remark]:
    for code, since, what in (
        ("inbox_late", doctor.oldest_delivery(access, now), "a delivery has waited to be read"),
        ("settle_late", doctor.oldest_due(access, now), "an order has waited to be settled"),
    ):
        if since is not None and now - since > _LATE:
            yield Remark(
                "bad" if now - since > _VERY_LATE else "warn",
                code,
                f"{what} for {amount_of_time(now - since)}: is `fanshare work` running?",
            )


def _inbox(access: Access, now: Instant) -> Iterator[Remark]:
    parked = doctor.parked(access)
    if parked:
        total, first = sum(kind.number for kind in parked), parked[0]
        most = "" if len(parked) == 1 else f", {first.number} of them"
        why = f"{first.code} ({first.reason.rstrip('.')})"
        said = (
            f"{counted(total, 'delivery')} could not be read{most} because of {why}: remove the cause, then"
            " `fanshare inbox retry`."
        )
        yield Remark("warn", "parked", said)
    number, oldest = doctor.postponed(access)
    if number and oldest is not None:
        said = (
            f"the shop has not answered about {counted(number, 'delivery')}, the oldest of"
            f" {amount_of_time(now - oldest)} ago: see whether it is up; we go on asking."
        )
        yield Remark("bad" if now - oldest > DAY else "warn", "shop_away", said)


def _refused(access: Access, now: Instant) -> Iterator[Remark]:
    for one in doctor.refused(access, max(0, now - _REFUSED_WITHIN)):
        said = (
            f"{counted(one.number, 'delivery')} to {one.endpoint} had a wrong signature in the last 7 days, the newest"
            f" at {format_rfc3339(one.newest)}: did the secret change? `fanshare connection secret add` takes the"
            " shop's own, and then what was refused is taken after all."
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
        reason = failure.rstrip(".")
        said = f"{counted(number, 'order')} could not be settled ({reason}): we try again; please report it as a bug."
        yield Remark("bad", "settle_failed", said)
    waiting = doctor.waiting(access, now - _WAITING_LONG)
    if waiting:
        said = f"no trace yet of the click that led to {counted(waiting, 'order')}: is every edge's spool drained?"
        yield Remark("warn", "orders_waiting", said)


def _links(access: Access, _: Instant) -> Iterator[Remark]:
    links, codes = doctor.unlabelled(access)
    if links or codes:
        said = f"{counted(links, 'link')} and {counted(codes, 'code')} have no advertising label and must not be used."
        yield Remark("warn", "unlabelled", said)


def _codes(access: Access, now: Instant) -> Iterator[Remark]:
    """Codes whose shop has not answered, codes that were not made, and stocks that run out."""
    waits = shop_codes.waiting(access, now - _CODES_LATE)
    if waits.number and waits.since is not None:
        span = amount_of_time(now - waits.since)
        why = waits.problem.rstrip(".") or "nobody has asked it: is `fanshare work` running?"
        said = f"the shop has not confirmed {counted(waits.number, 'code')} for {span}"
        tried = f", {counted(waits.attempts, 'attempt')} at most" if waits.attempts else ""
        end = "" if why.endswith("?") else "; we go on asking."
        yield Remark("bad" if now - waits.since > DAY else "warn", "codes_wait", f"{said}{tried}: {why}{end}")
    number, why = shop_codes.failed(access, now - _CODES_FAILED_WITHIN)
    if number:
        said = f"{counted(number, 'code')} could not be made in the last 7 days; the newest, {why.rstrip('.')}."
        yield Remark("warn", "codes_failed", said)
    for level in code_stock.levels(access):
        if level.left < _STOCK_LOW:
            said = f"the stock {level.plan} has {counted(level.left, 'code')} left: `fanshare code stock import`."
            yield Remark("warn", "stock_low", said)


def _alarms(access: Access, now: Instant) -> Iterator[Remark]:
    for one in code_alarms(access, now):
        yield Remark("warn", f"code_{one.found.kind}", f"{one.sentence}.")


def _holds(access: Access, now: Instant) -> Iterator[Remark]:
    number, first = doctor.holds(access, now + _ENDS_SOON)
    if number and first is not None:
        said = (
            f"the hold on {counted(number, 'share')} ends within 3 days, the first at {format_rfc3339(first)}: decide"
            " before, or the money is released by itself."
        )
        yield Remark("warn", "holds_end", said)


def _claims(access: Access, now: Instant) -> Iterator[Remark]:
    number, first = claims.waiting_since(access, max(0, now - ANSWER_WITHIN))
    if number and first is not None:
        said = (
            f"{counted(number, 'claim')} of missing sales {'waits' if number == 1 else 'wait'} for longer than 14 days,"
            f" the first since {format_rfc3339(first)}: the brand's owner answers them on the page Claims."
        )
        yield Remark("warn", "claims_late", said)


def _appeals(access: Access, now: Instant) -> Iterator[Remark]:
    number, first = appeals.waiting_since(access, now)
    if number and first is not None:
        late = now - first > _ANSWER_WITHIN
        waits = "waits" if number == 1 else "wait"
        said = (
            f"{counted(number, 'appeal')} {waits} for an answer, the first since {format_rfc3339(first)}: "
            "`fanshare ruling appeals --waiting` shows them; everybody is to have an answer within 7 days."
        )
        yield Remark("bad" if late else "warn", "appeals", said)


def _customers(access: Access, now: Instant) -> Iterator[Remark]:
    """Requests of customers that wait. fanshare forgets by itself; to show what is held takes a person."""
    for one in compliance.open_kinds(access):
        late = one.due_at < now
        due = f"{'was' if late else 'is'} due at {format_rfc3339(one.due_at)}"
        if one.kind == "data_request":
            said = f"{counted(one.number, 'customer')} asked to see what is held, the first answer {due}"
            yield Remark("bad" if late else "warn", "data_requests", f"{said}: fanshare compliance list.")
        elif late:
            said = f"{counted(one.number, 'request')} to forget somebody could not be finished; the first {due}"
            yield Remark("bad", "redactions_late", f"{said}: is `fanshare work` running?")


def _targets(access: Access, now: Instant) -> Iterator[Remark]:
    for target in events.targets(access):
        if target.state == "failed":
            said = (
                f"events are no longer sent to {target.url}: {target.reason} Mend it, then switch it on again"
                " (`PATCH /api/v1/webhooks`)."
            )
            yield Remark("warn", "events_off", said)
        elif target.failing_since is not None and now - target.failing_since > HOUR:
            span = amount_of_time(now - target.failing_since)
            yield Remark("warn", "events_failing", f"events to {target.url} have not been taken for {span}; we go on.")
