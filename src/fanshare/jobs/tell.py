"""Tell: what happened is sent to the programmes' own software, in the order of the log, again until it is taken.

Look (the log is read from where a target was last told, and what it wants is put on its way, in one transaction with
the new place), then send (each attempt is counted and committed before it is made). One event that is refused does not
hold up those behind it. A target that takes nothing for five days, or says that it is gone, is switched off.
"""

import time
from collections.abc import Mapping, Sequence

import structlog

from fanshare.core.canonical import canonical
from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND, Instant
from fanshare.core.marks import say
from fanshare.flows import event_targets
from fanshare.flows.context import Programme
from fanshare.flows.event_targets import Target
from fanshare.flows.events import TYPES, Event, look, tell
from fanshare.integrations.outgoing.send import Sender, Sent
from fanshare.store.access import Access
from fanshare.store.queries import events
from fanshare.store.queries.events import ClaimedDelivery

log = structlog.get_logger(__name__)

#: How long after each failed attempt the next one follows (Standard Webhooks); after the last the event has failed.
PAUSES: Sequence[int] = (5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR)
GIVES_UP = 5 * DAY
BATCH = 500
#: How long nobody else takes a claimed delivery, and how long one target may keep a round.
LEASE, PATIENCE = 2 * MINUTE, 20.0
KEPT = 30 * DAY


def tell_targets(programme: Programme, sender: Sender, now: Instant) -> int:
    """One round for one programme: returns how many events were taken."""
    found = [one for one in event_targets.targets(programme) if one.state == "on"]
    return sum(_tell(programme, sender, one, now) for one in found)


def forget_old(access: Access, now: Instant) -> int:
    """Forget deliveries that were done long ago; the events stay in the log."""
    return events.forget_before(access, max(0, now - KEPT))


def _tell(programme: Programme, sender: Sender, target: Target, now: Instant) -> int:
    while _queue(programme, target, now):
        pass
    taken, end = 0, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        claimed = _claim(programme, target, now)
        if not claimed:
            break
        told = _events(programme, claimed)
        for place, one in enumerate(claimed):
            if time.monotonic() > end:
                _give_back(programme, claimed[place:], now)
                break
            sent = _send(programme, sender, target, told[one.place], now)
            taken += sent.taken
            if not _note(programme, target, one, sent, now):
                _give_back(programme, claimed[place + 1 :], now)
                return taken
    return taken


def _queue(programme: Programme, target: Target, now: Instant) -> bool:
    """Put what is new on its way; whether there may be more."""
    access = programme.access
    with access.transaction():
        told = events.lock_target(access, target.id)
        if told is None:
            return False
        found = look(access, told, target.types, BATCH)
        if found.next != told:
            events.queue(access, target.id, [event.place for event in found.events], found.next, now)
        return found.more and found.next != told


def _claim(programme: Programme, target: Target, now: Instant) -> list[ClaimedDelivery]:
    with programme.access.transaction():
        return events.claim(programme.access, target.id, now, now + LEASE, BATCH)


def _events(programme: Programme, claimed: Sequence[ClaimedDelivery]) -> Mapping[int, Event]:
    places = [one.place for one in claimed]
    found = events.leaves(programme.access, min(places), max(places) + 1, TYPES.values(), max(places) - min(places) + 1)
    wanted = set(places)
    return {event.place: event for event in tell(programme.access, [leaf for leaf in found if leaf.place in wanted])}


def _send(programme: Programme, sender: Sender, target: Target, event: Event, now: Instant) -> Sent:
    """The id is the same in every attempt, so that the other side can tell a repetition from news."""
    message = f"evt_{programme.public_id}_{event.place}"
    body = canonical({"timestamp": event.at, **event.document()})
    return sender.send(target.url, target.secrets, message, body, now)


def _note(programme: Programme, target: Target, one: ClaimedDelivery, sent: Sent, now: Instant) -> bool:
    """Write down what came of an attempt; whether the target may be told more in this round.

    One that can't be reached is left alone as a whole, and is not asked for every event that waits.
    """
    access = programme.access
    again = now + PAUSES[min(one.attempt, len(PAUSES)) - 1]
    with access.transaction():
        if sent.taken:
            events.done(access, one.id, "sent", sent.said, now, now)
            events.works(access, target.id)
            return True
        events.done(access, one.id, "failed" if one.attempt > len(PAUSES) else "due", sent.said, again, now)
        since = events.failing(access, target.id, now)
        if since is not None and (sent.gone or now - since >= GIVES_UP):
            why = (
                say("It said that it is gone (410).")
                if sent.gone
                else say("Nothing was taken for 5 days. %(said)s", said=sent.said)
            )
            events.switch_off(access, target.id, why, now)
            log.warning("event_target_off", target=target.public_id, reason=why)
            return False
        if not sent.answered:
            events.leave_alone(access, target.id, again)
    return sent.answered and since is not None


def _give_back(programme: Programme, rest: Sequence[ClaimedDelivery], now: Instant) -> None:
    """These were claimed and not tried: no attempt was made, and they are due again."""
    with programme.access.transaction():
        events.give_back(programme.access, [one.id for one in rest], now)
