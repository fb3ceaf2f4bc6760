"""Payout runs: their payments, the rules they follow, who is ready, and what was said about each payment."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payout_item import Frozen, Item, State
from fanshare.core.payout_runs import SCHEDULE, Rules
from fanshare.core.rates import Converted, Quote
from fanshare.store.access import Access

_STATES = {str(state): state for state in State}
_RULES = "SELECT currency, minimum, two_above FROM payout_rule WHERE programme_id = %(programme_id)s ORDER BY currency"
_SET_RULE = """
INSERT INTO payout_rule (programme_id, currency, minimum, two_above)
VALUES (%(programme_id)s, %(currency)s, %(minimum)s, %(two_above)s)
ON CONFLICT (programme_id, currency) DO UPDATE SET minimum = excluded.minimum, two_above = excluded.two_above
"""
_STOP = """
INSERT INTO payout_stop (programme_id, party_id, reason, at) VALUES (%(programme_id)s, %(party)s, %(reason)s, %(now)s)
ON CONFLICT (programme_id, party_id) DO NOTHING
"""
_STOPPED = "SELECT reason FROM payout_stop WHERE programme_id = %(programme_id)s AND party_id = %(party)s"
_ALL_STOPPED = """
SELECT party_id, reason, at FROM payout_stop WHERE programme_id = %(programme_id)s ORDER BY at DESC, party_id LIMIT 500
"""
_FORGET = "DELETE FROM payout_stop WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s)"
_GO_ON = "DELETE FROM payout_stop WHERE programme_id = %(programme_id)s AND party_id = %(party)s"
_ADD_EVENTS = """
INSERT INTO payout_item_event (programme_id, item_id, state, said, amount, currency, reason, remote, actor, at)
SELECT %(programme_id)s, item, state, said, amount, currency, reason, remote, actor, now
  FROM unnest(%(item)s::bigint[], %(state)s::text[], %(said)s::text[], %(amount)s::bigint[], %(currency)s::text[],
              %(reason)s::text[], %(remote)s::text[], %(actor)s::text[], %(now)s::bigint[])
       WITH ORDINALITY AS given (item, state, said, amount, currency, reason, remote, actor, now, place) ORDER BY place
"""
_RUNS = """
SELECT id, rail, planned_by, planned_at, approved_by, approved_at, frozen_at, submitted_at, file_hash,
       frozen_by, frozen_why
  FROM payout_run r WHERE r.programme_id = %(programme_id)s
"""
_ONE_RUN = _RUNS + " AND r.id = %(run)s FOR NO KEY UPDATE"
_SEEN_RUN = _RUNS + " AND r.id = %(run)s"
_ALL_RUNS = _RUNS + " AND (%(before)s::bigint IS NULL OR r.id < %(before)s) ORDER BY r.id DESC LIMIT %(limit)s"
_SAVE_RUN = """
UPDATE payout_run SET planned_by = %(planned_by)s, approved_by = %(approved_by)s,
       approved_at = %(approved_at)s, frozen_at = %(frozen_at)s,
       frozen_by = %(frozen_by)s, frozen_why = %(frozen_why)s
 WHERE programme_id = %(programme_id)s AND id = %(run)s
"""
_ITEMS = """
SELECT i.id, i.run_id, i.party_id, p.public_id, i.currency, i.amount, i.state, i.key, i.body, i.first_at, i.last_at,
       i.missed_at, i.payout_id, i.reason, i.changed_at, i.account_id, coalesce(n.kind, ''), i.remote, i.tries,
       i.due_at, i.from_currency, i.from_amount, i.rate_source, i.rate_day, i.origin_per, i.target_per
  FROM payout_item i JOIN party p ON p.programme_id = i.programme_id AND p.id = i.party_id
  LEFT JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
 WHERE i.programme_id = %(programme_id)s
"""
_OF_RUN = _ITEMS + " AND i.run_id = %(run)s ORDER BY i.id"
_LOCKED = _ITEMS + " AND i.run_id = %(run)s ORDER BY i.id FOR NO KEY UPDATE OF i"
_ONE = _ITEMS + " AND i.id = %(item)s"
_LOCKED_ONE = _ONE + " FOR NO KEY UPDATE OF i"
_SAVE_ITEMS: LiteralString = """
UPDATE payout_item i SET state = n.state, amount = n.amount, key = n.key, body = n.body, first_at = n.first,
       last_at = n.last, missed_at = n.missed, payout_id = n.payout, reason = n.reason, changed_at = n.now,
       account_id = n.account, remote = n.remote, tries = n.tries, due_at = n.due{}
  FROM unnest(%(item)s::bigint[], %(state)s::text[], %(amount)s::bigint[], %(key)s::text[], %(body)s::text[],
              %(first)s::bigint[], %(last)s::bigint[], %(missed)s::bigint[], %(payout)s::bigint[], %(reason)s::text[],
              %(now)s::bigint[], %(account)s::bigint[], %(remote)s::text[], %(tries)s::integer[], %(due)s::bigint[]{})
       AS n (item, state, amount, key, body, first, last, missed, payout, reason, now, account, remote, tries, due{})
 WHERE i.programme_id = %(programme_id)s AND i.id = n.item
"""
_SAVE_CHANGED = _SAVE_ITEMS.format(
    """,
       from_amount = n.given, rate_source = n.source, rate_day = n.day, origin_per = n.oper, target_per = n.tper""",
    """,
              %(from_amount)s::bigint[], %(rate_source)s::text[], %(rate_day)s::text[], %(origin_per)s::text[],
              %(target_per)s::text[]""",
    ", given, source, day, oper, tper",
)
_SAVE_PLAIN = _SAVE_ITEMS.format("", "", "")
_LAST = """
SELECT i.party_id, coalesce(i.from_currency, i.currency), coalesce(i.from_amount, i.amount) FROM payout_item i
 WHERE i.programme_id = %(programme_id)s AND i.run_id = (
       SELECT max(r.id) FROM payout_run r WHERE r.programme_id = %(programme_id)s AND r.submitted_at IS NOT NULL)
   AND i.key IS NOT NULL
"""
_ALONE = """
SELECT coalesce(i.from_currency, i.currency), sum(coalesce(i.from_amount, i.amount))::bigint FROM payout_item i
  JOIN payout_run r ON r.programme_id = i.programme_id AND r.id = i.run_id
 WHERE i.programme_id = %(programme_id)s AND r.planned_by IN (%(by)s, %(schedule)s) AND r.approved_by = %(by)s
   AND r.approved_at > %(since)s GROUP BY 1
"""
_KINDS = """
SELECT DISTINCT n.kind FROM payout_item i
  JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
  JOIN payout_debtor d ON d.programme_id = n.programme_id AND d.kind = n.kind
 WHERE i.programme_id = %(programme_id)s AND i.run_id = %(run)s ORDER BY n.kind
"""
_PEOPLE = """
SELECT id, person_id FROM party
 WHERE programme_id = %(programme_id)s AND id = ANY(%(parties)s) AND erased_at IS NULL AND person_id IS NOT NULL
"""
_OWNS = "SELECT id FROM payout_item WHERE programme_id = %(programme_id)s AND payout_id = %(payout)s"


class Run(NamedTuple):
    """A run as it stands."""

    id: int
    rail: str
    planned_by: str
    planned_at: Instant
    approved_by: str | None
    approved_at: Instant | None
    frozen_at: Instant | None
    submitted_at: Instant | None
    file_hash: bytes | None
    frozen_by: str | None = None
    frozen_why: str = ""

    @property
    def state(self) -> str:
        """One word for people."""
        if self.frozen_at is not None:
            return "frozen"
        if self.submitted_at is not None:
            return "sent"
        return "planned" if self.approved_at is None else "approved"


class Row(NamedTuple):
    """A payment as it stands: ``item`` is what the core knows of it."""

    id: int
    run: int
    party: int
    public_id: str
    item: Item
    payout: int | None
    reason: str
    changed_at: Instant
    #: Where it was sent to, ``None`` where a person pays by hand; and of which kind that is.
    account: int | None = None
    kind: str = ""
    #: Over a called rail: how often it was tried, and when it is looked at next.
    tries: int = 0
    due: Instant | None = None
    #: What of which balance is changed for it, where that is in another currency.
    of: Converted | None = None

    @property
    def taken(self) -> Micros:
        """What leaves the balance."""
        return self.item.amount if self.of is None else self.of.given

    @property
    def place(self) -> tuple[int, str]:
        """The balance that is paid: whose, and its currency."""
        return self.party, self.item.currency if self.of is None else self.of.quote.origin


def rules(access: Access) -> Rules:
    """The programme's rules."""
    rows = access.fetch(_RULES)
    return Rules({row[0]: row[1] for row in rows if row[1]}, {row[0]: row[2] for row in rows if row[2] is not None})


def set_rule(access: Access, currency: str, minimum: Micros, two_above: Micros | None) -> None:
    """Both rules of a currency, from now on."""
    access.execute(_SET_RULE, {"currency": currency, "minimum": minimum, "two_above": two_above})


def stop(access: Access, party: int, reason: str, now: Instant) -> None:
    """Nothing is paid to this payee until ``go_on``."""
    access.execute(_STOP, {"party": party, "reason": reason, "now": now})


def go_on(access: Access, party: int) -> bool:
    """The payee is paid again. False when she was not stopped."""
    return access.execute(_GO_ON, {"party": party}).rowcount > 0


def all_stopped(access: Access) -> list[tuple[int, str, Instant]]:
    """Everybody who is not paid for the time being: party, why, since when; the newest first, at most 500."""
    return [(row[0], row[1], row[2]) for row in access.fetch(_ALL_STOPPED)]


def stopped(access: Access, party: int) -> str | None:
    """Why a payee is not paid for the time being; ``None`` where she is."""
    found: str | None = access.value(_STOPPED, {"party": party})
    return found


def forget(access: Access, parties: Sequence[int]) -> None:
    """What was written about stopping people who are erased."""
    access.execute(_FORGET, {"parties": [*parties]})


def event(
    row: Row,
    by: str,
    now: Instant,
    *,
    said: str = "",
    amount: Micros | None = None,
    currency: str = "",
    remote: str = "",
) -> dict[str, Any]:
    """What is written down when a payment was done or told something."""
    said_of_it = {"said": said, "amount": amount, "currency": currency[:10], "reason": row.reason, "remote": remote}
    return {"item": row.id, "state": str(row.item.state), **said_of_it, "actor": by, "now": now}


def note(access: Access, events: Sequence[dict[str, Any]]) -> None:
    """Write events of payments down, in one statement."""
    if events:
        access.later(_ADD_EVENTS, _by_column(events))


def find(access: Access, run: int) -> Run | None:
    """A run, locked."""
    row = access.fetch_one(_ONE_RUN, {"run": run})
    return None if row is None else Run(*row)


def seen(access: Access, run: int) -> Run | None:
    """A run, not locked."""
    row = access.fetch_one(_SEEN_RUN, {"run": run})
    return None if row is None else Run(*row)


def listed(access: Access, *, before: int | None = None, limit: int = 1_000_000) -> list[Run]:
    """Runs, the newest first; with ``before`` those older than this number."""
    return [Run(*row) for row in access.fetch(_ALL_RUNS, {"before": before, "limit": limit})]


def save(access: Access, run: Run) -> None:
    """The run as it stands now; that it was sent is told by ``mark_sent``."""
    access.execute(_SAVE_RUN, {**run._asdict(), "run": run.id})


def items_of(access: Access, run: int, *, lock: bool = False) -> list[Row]:
    """The payments of a run, in their order."""
    return [_row(*row) for row in access.fetch(_LOCKED if lock else _OF_RUN, {"run": run})]


def lock_items(access: Access, run: int) -> tuple[list[int], Callable[[], list[Row]]]:
    """Lock the payments of a run; whose they are, and what reads them, when there is time for it."""
    found = access.fetch(_LOCKED, {"run": run})
    return sorted({row[2] for row in found}), lambda: [_row(*row) for row in found]


def item(access: Access, id_: int, *, lock: bool = False) -> Row:
    """One payment that there is."""
    row = access.fetch_one(_LOCKED_ONE if lock else _ONE, {"item": id_})
    if row is None:
        raise LookupError(f"there is no payment {id_}")
    return _row(*row)


def save_items(access: Access, rows: Sequence[Row]) -> None:
    """Payments as they stand now, each named once, in one statement."""
    if rows:
        changed = any(row.of is not None for row in rows)
        access.later(_SAVE_CHANGED if changed else _SAVE_PLAIN, _by_column([_columns(row, changed) for row in rows]))


def last(access: Access) -> dict[tuple[int, str], Micros]:
    """What the last run that was sent paid to whom; one that was given up paid nobody."""
    return {(party, currency): amount for party, currency, amount in access.fetch(_LAST)}


def alone(access: Access, by: str, since: Instant) -> dict[str, Micros]:
    """The sums that somebody planned and approved without anybody else since then."""
    return dict(access.fetch(_ALONE, {"by": by, "since": since, "schedule": SCHEDULE}))


def kinds(access: Access, run: int) -> list[str]:
    """By which ways payments of a run can be given to the bank."""
    return [row[0] for row in access.fetch(_KINDS, {"run": run})]


def people(access: Access, parties: Iterable[int]) -> dict[int, int]:
    """Who stands behind parties that were not erased."""
    return dict(access.fetch(_PEOPLE, {"parties": [*parties]}))


def owns(access: Access, payout: int) -> bool:
    """Whether a payout is the money of a run's payment."""
    return access.fetch_one(_OWNS, {"payout": payout}) is not None


def _row(
    id_: int, run: int, party: int, public_id: str, currency: str, amount: int, state: str, key: str | None,
    body: str | None, first: int | None, last_: int | None, missed: int | None, payout: int | None, reason: str,
    changed_at: int, account: int | None, kind: str, remote: str, tries: int, due: int | None,
    origin: str | None, given: int | None, source: str, day: str, *per: str,
) -> Row:  # fmt: skip
    frozen = None if key is None or body is None else Frozen(key, body.encode())
    item = Item(amount, currency, _STATES[state], frozen, first, last_, missed, remote)
    of = (
        None
        if origin is None or given is None
        else Converted(Quote(source, day, origin, currency, *per), given, amount)
    )
    return Row(id_, run, party, public_id, item, payout, reason, changed_at, account, kind, tries, due, of)


def rate_columns(of: Converted | None) -> dict[str, Any]:
    """What is written down of a conversion."""
    if of is None:
        return dict.fromkeys(("from_currency", "from_amount", "rate_source", "rate_day", "origin_per", "target_per"))
    told = {"rate_source": of.quote.source, "rate_day": of.quote.day}
    told |= {"origin_per": of.quote.origin_per, "target_per": of.quote.target_per}
    return {"from_currency": of.quote.origin, "from_amount": of.given, **told}


def _by_column(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _columns(row: Row, changed: bool) -> dict[str, Any]:
    item = row.item
    frozen = (None, None) if item.frozen is None else (item.frozen.key, item.frozen.body.decode())
    return {
        **(rate_columns(row.of) if changed else {}),
        "item": row.id, "state": str(item.state), "amount": item.amount, "key": frozen[0], "body": frozen[1],
        "first": item.first, "last": item.last, "missed": item.missed, "payout": row.payout, "account": row.account,
        "remote": item.remote, "tries": row.tries, "due": row.due, "reason": row.reason, "now": row.changed_at,
    }  # fmt: skip
