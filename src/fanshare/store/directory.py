"""What is looked up before a programme is known: the programmes, their public keys, and who has work waiting.

These are the declared exceptions to ``Access``: global tables, and work lists that are read across programmes in order
to learn nothing but which programme to turn to next.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, LiteralString, NamedTuple

from psycopg import errors

from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import DAY, Instant, zone
from fanshare.core.payout_schedule import Every, Schedule, takes
from fanshare.store import log_store
from fanshare.store.access import Access, Connection

type Kind = Literal["link", "hook", "host", "page"]

_RECALL = (
    "UPDATE delivery SET retry_at = %(now)s WHERE state = 'new' AND retry_at > %(latest)s",
    "UPDATE settle_due SET due_at = %(now)s WHERE due_at > %(latest)s AND reason NOT IN ('time', 'hold ends')",
    """
    INSERT INTO settle_due (programme_id, order_id, reason, due_at)
    SELECT DISTINCT programme_id, order_id, 'clock', %(now)s::bigint FROM position
     WHERE bucket = 'available' AND amount <> 0 AND matures_at > %(now)s ON CONFLICT DO NOTHING
    """,
    "UPDATE moving_upload SET work_at = %(now)s WHERE work_at > %(latest)s",
    "UPDATE claim_fetch SET due_at = %(now)s WHERE due_at > %(latest)s",
    "UPDATE product SET picture_at = %(now)s WHERE picture_at > %(latest)s",
)
#: Nothing that can be done now is put off for longer.
_LONGEST_WAIT = 2 * DAY
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def public_id(length: int = 16) -> str:
    """A random public id of ``length`` characters of Crockford base 32 (16 of them: 80 bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(frozen=True, slots=True)
class Programme:
    """One tenant, as its row says.

    Only those found by a row id or public id know ``paused_since`` (see ``queries.budgets``); ``newest_terms``, number
    and hash of the newest version: what was published is never changed, so they stand for all versions up to it;
    ``held_books``: of when the books are while payouts wait after a restore; ``pays_problem``: why the run of a day
    that has come could not be planned yet.
    """

    id: int
    public_id: str
    slug: str
    name: str
    country: str
    currency: str
    time_zone: str
    contact: str
    admission: str
    several_brands: bool
    demo: bool
    pays_every: str | None = None
    pays_day: int | None = None
    pays_since: str | None = None
    paused_since: Instant | None = None
    newest_terms: str | None = None
    held_books: Instant | None = None
    pays_problem: str = ""

    @property
    def schedule(self) -> Schedule | None:
        """On which days it pays, where it says so."""
        if self.pays_every is None or self.pays_day is None:
            return None
        return Schedule(Every(self.pays_every), self.pays_day)

    def pays(self, ready: Instant, now: Instant) -> date | None:
        """The day of paying that takes what is ready at an instant; ``None`` where none is told."""
        schedule = self.schedule
        if schedule is None or self.pays_since is None:
            return None
        return takes(schedule, ready, now, zone(self.time_zone), date.fromisoformat(self.pays_since))


@dataclass(frozen=True, slots=True)
class NewProgramme:
    """What founding a programme needs."""

    slug: str
    name: str
    country: str
    currency: str
    time_zone: str
    contact: str = ""
    admission: str = "application"
    several_brands: bool = False
    demo: bool = False


_FOUND = """
INSERT INTO programme (public_id, slug, name, country, currency, time_zone, contact, admission, several_brands, demo,
                       created_at)
VALUES (%(public_id)s, %(slug)s, %(name)s, %(country)s, %(currency)s, %(time_zone)s, %(contact)s, %(admission)s,
        %(several_brands)s, %(demo)s, %(at)s)
RETURNING id
"""
_PROGRAMMES = """
SELECT id, public_id, slug, name, country, currency, time_zone, contact, admission, several_brands, demo,
       pays_every, pays_day, pays_since
  FROM programme WHERE %(slug)s::text IS NULL OR slug = %(slug)s ORDER BY id
"""
#: A row of ``programme`` as ``Programme`` has it, with what only those found by their row ids know.
WHOLE: LiteralString = """programme.id, programme.public_id, programme.slug, programme.name, programme.country,
       programme.currency, programme.time_zone, programme.contact, programme.admission, programme.several_brands,
       programme.demo, programme.pays_every, programme.pays_day, programme.pays_since,
       (SELECT min(t.from_at) FROM budget_turn t
         WHERE t.programme_id = programme.id AND t.stopped AND NOT EXISTS (
               SELECT FROM budget_turn n
                WHERE n.programme_id = t.programme_id AND n.currency = t.currency AND n.id > t.id)),
       (SELECT v.version || ' ' || encode(v.hash, 'hex') FROM terms v
         WHERE v.programme_id = programme.id ORDER BY v.version DESC LIMIT 1),
       (SELECT h.books_of FROM payout_hold h WHERE h.programme_id = programme.id AND h.released_at IS NULL),
       programme.pays_problem"""
_BY_ID: LiteralString = f"SELECT {WHOLE} FROM programme WHERE id = %s"  # noqa: S608  # both written here
_BY_PUBLIC_ID: LiteralString = f"SELECT {WHOLE} FROM programme WHERE public_id = %s"  # noqa: S608  # the same


def found_programme(conn: Connection, new: NewProgramme, at: Instant, actor: str) -> Programme:
    """Found a programme and open its log. Raises ``ConflictError`` (``slug_taken``)."""
    values = {name: getattr(new, name) for name in NewProgramme.__slots__} | {"public_id": public_id(), "at": at}
    with conn.transaction():
        try:
            with conn.transaction():
                row = conn.execute(_FOUND, values).fetchone()
        except errors.UniqueViolation as error:
            raise ConflictError(
                "slug_taken", "There is already a programme called %(slug)s.", slug=repr(new.slug)
            ) from error
        assert row is not None
        log_store.open_log(Access(conn, row[0], actor), at)
    return programme(conn, new.slug)


def programme(conn: Connection, slug: str) -> Programme:
    """The programme of that short name. Raises ``FanshareError`` (``unknown_programme``, 404)."""
    row = conn.execute(_PROGRAMMES, {"slug": slug}).fetchone()
    if row is None:
        raise FanshareError("unknown_programme", "There is no programme called %(slug)s.", 404, slug=repr(slug[:60]))
    return Programme(*row)


def programme_of(conn: Connection, public_id: str) -> Programme | None:
    """The programme with that public id."""
    row = conn.execute(_BY_PUBLIC_ID, [public_id]).fetchone()
    return None if row is None else Programme(*row)


def programme_with_id(conn: Connection, programme_id: int) -> Programme:
    """The programme with that row id. Raises ``FanshareError`` (``unknown_programme``, 404)."""
    row = conn.execute(_BY_ID, [programme_id]).fetchone()
    if row is None:
        raise FanshareError(
            "unknown_programme", "This database knows no programme %(programme_id)s.", 404, programme_id=programme_id
        )
    return Programme(*row)


def programmes(conn: Connection) -> list[Programme]:
    """All programmes, oldest first."""
    return [Programme(*row) for row in conn.execute(_PROGRAMMES, {"slug": None})]


class Target(NamedTuple):
    """What a public key stands for: a row of a programme (the link, the connection)."""

    programme_id: int
    target_id: int


def find(conn: Connection, kind: Kind, key: str) -> Target | None:
    """What a link code, hook endpoint, host or page stands for."""
    return find_all(conn, kind, [key]).get(key)


def find_all(conn: Connection, kind: Kind, keys: list[str]) -> dict[str, Target]:
    """The same of several, by key; what is not in use is left out."""
    several = "SELECT key, programme_id, target_id FROM directory WHERE kind = %s AND key = ANY(%s)"
    return {key: Target(*target) for key, *target in conn.execute(several, [kind, keys])}


def register(access: Access, kind: Kind, keys: Mapping[str, int]) -> None:
    """Make public keys known: key -> row id. Raises ``ConflictError`` (``key_taken``) and then registers none."""
    with access.transaction():
        taken = access.value(
            "WITH fresh AS ("
            " INSERT INTO directory (kind, key, programme_id, target_id) SELECT %(kind)s, key, %(programme_id)s, target"
            " FROM unnest(%(keys)s::text[], %(targets)s::bigint[]) AS k (key, target) ORDER BY key"
            " ON CONFLICT DO NOTHING RETURNING key)"
            " SELECT min(key) FROM unnest(%(keys)s::text[]) AS k (key) WHERE key NOT IN (SELECT key FROM fresh)",
            {"kind": kind, "keys": list(keys), "targets": list(keys.values())},
        )
        if taken is not None:
            raise ConflictError("key_taken", "%(taken)s is already in use; choose another one.", taken=repr(taken[:60]))


def forget(access: Access, kind: Kind, keys: Iterable[str]) -> None:
    """Remove public keys of this programme; others' are left alone."""
    access.execute(
        "DELETE FROM directory WHERE kind = %(kind)s AND key = ANY(%(keys)s) AND programme_id = %(programme_id)s",
        {"kind": kind, "keys": list(keys)},
    )


def programmes_to_settle(conn: Connection, now: Instant) -> list[int]:
    """The programmes with orders that are due to be settled, those who wait longest first."""
    return _ids(
        conn,
        "SELECT programme_id FROM settle_due WHERE due_at <= %s GROUP BY programme_id ORDER BY min(due_at), 1",
        now,
    )


def programmes_with_deliveries(conn: Connection, now: Instant) -> list[int]:
    """The programmes with deliveries to be taken, those who wait longest first."""
    return _ids(
        conn,
        "SELECT programme_id FROM delivery WHERE state = 'new' AND retry_at <= %s"
        " GROUP BY programme_id ORDER BY min(received_at), 1",
        now,
    )


def days_not_looked_at(conn: Connection) -> list[int]:
    """The UTC days, counted from 1970, of which some delivery was not even looked at."""
    return _ids(
        conn,
        "SELECT DISTINCT received_at / %s FROM delivery WHERE state = 'new' AND reason_code IN ('', 'working')",
        DAY,
    )


def recall(conn: Connection, now: Instant) -> int:
    """Make due what a clock that was ahead put off or let ripen before its time; how many.

    Put off is what waits for longer than anybody lets anything wait. A return window and the end of a hold are
    moments of their own.
    """
    values = {"now": now, "latest": now + _LONGEST_WAIT}
    return sum(conn.execute(one, values).rowcount for one in _RECALL)


def programmes_with_payments(conn: Connection) -> list[int]:
    """The programmes with payments to be looked at."""
    return [row[0] for row in conn.execute("SELECT DISTINCT programme_id FROM payment WHERE due ORDER BY 1")]


def programmes_with_codes(conn: Connection, now: Instant) -> list[int]:
    """The programmes with codes that a shop is to be asked about now."""
    query = (
        "SELECT DISTINCT programme_id FROM shop_code"
        " WHERE work_at <= %(now)s OR (state = 'confirmed' AND ends_at <= %(now)s) ORDER BY 1"
    )
    return [row[0] for row in conn.execute(query, {"now": now})]


def programmes_with_calls(conn: Connection, now: Instant) -> list[int]:
    """The programmes with payments that a provider is to be asked about now."""
    query = "SELECT DISTINCT programme_id FROM payout_item WHERE due_at <= %(now)s ORDER BY 1"
    return [row[0] for row in conn.execute(query, {"now": now})]


def programmes_with_credits(conn: Connection, now: Instant) -> list[int]:
    """The programmes with credits that a shop is to be asked about now, or whose code stands in an order."""
    query = (
        "SELECT programme_id FROM shop_credit WHERE work_at <= %(now)s"
        " UNION SELECT programme_id FROM credit_due WHERE due_at <= %(now)s ORDER BY 1"
    )
    return [row[0] for row in conn.execute(query, {"now": now})]


def programmes_with_goals(conn: Connection, now: Instant) -> list[int]:
    """The programmes with goals whose end has come."""
    query = "SELECT DISTINCT programme_id FROM goal WHERE booked_at IS NULL AND ends_at <= %(now)s ORDER BY 1"
    return [row[0] for row in conn.execute(query, {"now": now})]


def programmes_with_leavers(conn: Connection, now: Instant) -> list[int]:
    """The programmes with people who leave and to whom no new order can come, or whose work the brand ends now."""
    query = "SELECT programme_id FROM party_leaving WHERE until_at <= %(now)s UNION SELECT programme_id FROM work_stop"
    query += " WHERE kind = 'end' AND until_at IS NULL AND done_at IS NULL AND from_at <= %(now)s"
    return [row[0] for row in conn.execute(query, {"now": now})]


def programmes_with_pictures(conn: Connection, now: Instant) -> list[int]:
    """The programmes with pictures of products to be fetched, those who wait longest first."""
    return _ids(
        conn,
        "SELECT programme_id FROM product WHERE picture_at <= %s GROUP BY programme_id ORDER BY min(picture_at), 1",
        now,
    )


def programmes_with_targets(conn: Connection) -> list[int]:
    """The programmes whose events are sent somewhere."""
    rows = conn.execute("SELECT DISTINCT programme_id FROM event_target WHERE state = 'on' ORDER BY 1")
    return [row[0] for row in rows]


def programmes_with_budgets(conn: Connection) -> list[int]:
    """The programmes that ever had a budget for a month."""
    return [row[0] for row in conn.execute("SELECT DISTINCT programme_id FROM budget ORDER BY 1")]


def programmes_that_bear(conn: Connection) -> list[int]:
    """The programmes that ever bore a claim or an old debt."""
    rows = conn.execute("SELECT programme_id FROM borne_claim UNION SELECT programme_id FROM borne_debt ORDER BY 1")
    return [row[0] for row in rows]


def programmes_showing_returns(conn: Connection) -> set[str]:
    """The short names of programmes whose brand lets creators see how often things come back."""
    query = """
    SELECT p.slug FROM (SELECT DISTINCT ON (programme_id) programme_id, shown FROM returns_shown
                         ORDER BY programme_id, id DESC) s
      JOIN programme p ON p.id = s.programme_id WHERE s.shown
    """
    return {slug for (slug,) in conn.execute(query.encode())}


def programmes_with_claims_to_ask(conn: Connection, now: Instant) -> list[int]:
    """The programmes with claims whose order is to be looked for."""
    return _ids(conn, "SELECT DISTINCT programme_id FROM claim_fetch WHERE due_at <= %s ORDER BY 1", now)


def programmes_with_uploads(conn: Connection, now: Instant) -> list[int]:
    """The programmes with exports of another tool to be read or moved in."""
    return _ids(conn, "SELECT DISTINCT programme_id FROM moving_upload WHERE work_at <= %s ORDER BY 1", now)


def programmes_with_letters(conn: Connection) -> list[int]:
    """The programmes whose letters to creators still wait for their turn."""
    query = """
    SELECT DISTINCT t.programme_id FROM letter_to t
      JOIN letter l ON l.programme_id = t.programme_id AND l.id = t.letter_id
     WHERE t.put_at IS NULL AND NOT t.left_out AND l.stopped_at IS NULL ORDER BY 1
    """
    return [row[0] for row in conn.execute(query.encode())]


def programmes_with_schedules(conn: Connection) -> list[int]:
    """The programmes that say on which days they pay."""
    return [row[0] for row in conn.execute("SELECT id FROM programme WHERE pays_every IS NOT NULL ORDER BY 1")]


def programmes_with_credit_notes(conn: Connection) -> list[int]:
    """The programmes that write credit notes for their payees, or wrote some."""
    query = "SELECT programme_id FROM self_billing_issuer UNION SELECT programme_id FROM self_bill_series ORDER BY 1"
    return [row[0] for row in conn.execute(query)]


def _ids(conn: Connection, query: str, now: Instant) -> list[int]:
    return [programme_id for (programme_id,) in conn.execute(query.encode(), [now])]


def fact(conn: Connection, key: str) -> str | None:
    """A fact about this installation, such as the mark of a demo."""
    row = conn.execute("SELECT value FROM installation WHERE key = %s", [key]).fetchone()
    return None if row is None else str(row[0])


def set_fact(conn: Connection, key: str, value: str, at: Instant) -> None:
    """Record a fact about this installation."""
    conn.execute(
        "INSERT INTO installation (key, value, changed_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
        [key, value, at],
    )


def ensure_partitions(conn: Connection, from_at: Instant, to_at: Instant) -> int:
    """Make the partitions of clicks (months) and deliveries (weeks) that cover a span; returns how many were new."""
    row = conn.execute("SELECT ensure_partitions(%s, %s)", [from_at, to_at]).fetchone()
    return int(row[0]) if row else 0


def drop_deliveries_before(conn: Connection, before: Instant) -> int:
    """Drop the partitions of deliveries that ended before an instant, except where something waits or is parked."""
    row = conn.execute("SELECT drop_deliveries_before(%s)", [before]).fetchone()
    return int(row[0]) if row else 0


def keep_partitions(conn: Connection) -> None:
    """Let nobody drop a partition of clicks or deliveries until this transaction ends: a snapshot that is exported must
    still show them when another connection comes to read it.
    """
    conn.execute("LOCK TABLE click, delivery IN ACCESS SHARE MODE")
