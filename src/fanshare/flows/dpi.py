"""What a platform for several brands reports of its sellers (DAC7): looked at, made as files, kept, and corrected.

Making is one transaction: what the authority knows by the files before, what is so now, and the files that make the one
into the other. A file that breaks one of our own rules is not made.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import Instant, from_datetime
from fanshare.core.tax.dpi import changes, contents
from fanshare.core.tax.dpi.changes import OPERATOR, Message, Record, Standing
from fanshare.core.tax.dpi.compose import document
from fanshare.core.tax.dpi.contents import Operator
from fanshare.core.tax.dpi.nodes import written
from fanshare.core.tax.dpi.rules import check
from fanshare.core.tax.dpi.sellers import Places, Seller, known_as, places
from fanshare.core.tax.rules import Country, Report
from fanshare.flows import dpi_sellers
from fanshare.flows.audit import note
from fanshare.flows.dpi_sellers import Sellers
from fanshare.flows.tax_rules import rules
from fanshare.flows.tax_years import FIRST
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.queries import dpi as rows

REPORT = "DAC7"
#: What seals the operator, and what seals files and records; ``store.queries.sealed`` knows both.
_OPERATOR, _SEALED = "dpi operator", "dpi report"
#: Annex V, section IV: at least five years after the end of the one that was reported, and ten at most.
KEPT_YEARS = 10


@dataclass(frozen=True, slots=True)
class Look:
    """What would be reported of a year now. ``due``: the messages that are missing, without references."""

    operator: Operator
    country: Country
    year: int
    sellers: Sellers
    due: tuple[Message, ...]
    keys: Mapping[str, str]


def here(conn: Connection) -> bool:
    """Whether this installation has a programme for several brands: only then somebody reports."""
    return any(one.several_brands for one in directory.programmes(conn))


def operator(conn: Connection, keys: Keys) -> Operator | None:
    """Who reports; ``None`` where nobody said so."""
    sealed = rows.operator(conn)
    return None if sealed is None else contents.operator_of(keys.unseal(_OPERATOR, sealed))


def set_operator(conn: Connection, keys: Keys, actor: str, found: Operator, now: Instant) -> None:
    """Say who reports. Raises ``ConflictError`` ``operator_moved``: files went to the authority of another country."""
    with conn.transaction():
        rows.hold(conn)
        before = operator(conn, keys)
        if before is not None and before.party.country != found.party.country and rows.messages(conn, limit=1):
            raise ConflictError("operator_moved", "Files were made for another country already; corrections go there.")
        rows.set_operator(conn, keys.seal(_OPERATOR, contents.packed(found)), actor, now)
        note(conn, actor, "dpi.operator", now)


def law(found: Operator) -> tuple[Country, Report]:
    """The rules of where the operator is at home, and the report of them that this is."""
    country = rules().countries[found.party.country]
    report = country.report(REPORT)
    assert report is not None, "every member state has it"
    return country, report


def years(country: Country, now: Instant) -> list[int]:
    """The years that can be looked at, the newest first."""
    return [*range(max(FIRST, country.year(now)), FIRST - 1, -1)]


def due_on(found: Operator, year: int) -> date:
    """By when a year has to be reported, and sellers have to have their copy."""
    return law(found)[1].due_on(year)


def look(conn: Connection, keys: Keys, actor: str, year: int, now: Instant) -> Look:
    """What would be reported now. It opens what people signed: whoever asks has shown that it is she, and it is noted.

    Raises ``BadInputError`` ``no_operator``, ``bad_year``.
    """
    note(conn, actor, "dpi.look", now, about=str(year))
    return _look(conn, keys, actor, year, now)


def make(conn: Connection, keys: Keys, actor: str, year: int, now: Instant) -> list[int]:
    """Make the files that are missing: at most one of corrections and one of what is new. Returns their numbers.

    Raises as ``look``; ``ConflictError`` ``year_runs`` before it is over, ``nothing_new`` where nothing is to be said,
    ``too_late`` when nobody may keep what was reported any more; ``FanshareError`` ``report_wrong`` (500).
    """
    with conn.transaction():
        rows.hold(conn)
        found = _look(conn, keys, actor, year, now)
        if found.country.year(now) <= year:
            raise ConflictError("year_runs", "The year is not over; the report is made after its last day.")
        if now >= _kept_until(found.country, year):
            raise ConflictError("too_late", "What was reported of this year is not kept any more.")
        if not found.due:
            raise ConflictError("nothing_new", "Everything was reported as it is now.")
        return [_keep(conn, keys, actor, found, one, now) for one in _numbered(found)]


def file(conn: Connection, keys: Keys, actor: str, id_: int, now: Instant) -> tuple[str, bytes]:
    """A file by its number: its reference and what it says. Raises ``BadInputError`` ``unknown_file``."""
    row = rows.file(conn, id_) if 0 < id_ < 1 << 62 else None
    if row is None or row.sealed is None:
        raise BadInputError("unknown_file", "There is no such file, or its time is over.", 404)
    raw = keys.unseal(_SEALED, row.sealed, row.ref.encode())
    if hashlib.sha256(raw).digest() != row.hash:
        raise FanshareError("file_changed", "This file is not the one that was made.", 500)
    note(conn, actor, "dpi.file", now, about=row.ref)
    return row.ref, raw


def _look(conn: Connection, keys: Keys, actor: str, year: int, now: Instant) -> Look:
    found = operator(conn, keys)
    if found is None:
        raise BadInputError("no_operator", "Say first who reports.")
    country, report = law(found)
    if year not in years(country, now):
        raise BadInputError("bad_year", "There is nothing to report of this year.")
    sellers = dpi_sellers.gather(conn, keys, actor, country, report, year)
    known, parties = _known(conn, keys, year)
    renamed = known_as(parties, {key: places(seller) for key, seller in sellers.reported.items()})
    wanted = {}
    for key, seller in sellers.reported.items():
        for currency in seller.figures:
            place = _key(renamed[key], currency)
            before = known[place].content if place in known else {}
            wanted[place] = contents.with_banks_of(before, contents.of_seller(seller, currency, rules().union))
    open_ = frozenset[tuple[int, int]]().union(*(places(seller) for seller, _ in sellers.lacking.values()))
    untouched = frozenset(key for key in known if parties.get(key.rpartition(" ")[0], frozenset()) & open_)
    due = changes.due(known, contents.of_operator(found), wanted, untouched)
    return Look(found, country, year, sellers, tuple(due), {old: key for key, old in renamed.items()})


def _key(seller: str, currency: str) -> str:
    return f"{seller} {currency}"


def _known(conn: Connection, keys: Keys, year: int) -> tuple[dict[str, Standing], dict[str, Places]]:
    """What the authority knows of a year, and by the key of a seller which parties she was reported as."""
    sent: list[Record] = []
    key_of: dict[int, str] = {}
    for row in rows.records(conn, year):
        if row.sealed is None:
            continue
        said = contents.unsealed(keys.unseal(_SEALED, row.sealed, _place(row.message, row.ref)))
        sent.append(Record(said["key"], row.indic, said["content"], row.corrects, row.ref))
        key_of[row.id] = said["key"].rpartition(" ")[0]
    known = changes.standing(sent)
    parties: dict[str, set[tuple[int, int]]] = {}
    for tenant in directory.programmes(conn):
        for share in rows.shares(Access(conn, tenant.id, "dpi"), year):
            if share.record in key_of:
                parties.setdefault(key_of[share.record], set()).add((tenant.id, share.party))
    alive = {key.rpartition(" ")[0] for key in known if key != OPERATOR}
    return known, {key: frozenset(parties.get(key, ())) for key in alive}


def _place(message: int, ref: str) -> bytes:
    return f"{message}/{ref}".encode()


def _numbered(found: Look) -> list[tuple[str, Message]]:
    """The messages with their references; none was ever given before: each has 96 random bits."""
    country, numbered, mine = found.operator.party.country, [], ""
    for one in found.due:
        begins = f"{country}{found.year}{country}-{secrets.token_hex(12)}"
        given = [
            replace(record, ref=record.ref or (mine if record.indic == changes.RESENT else f"{begins}-{number}"))
            for number, record in enumerate(one.records)
        ]
        mine = given[0].ref
        numbered.append((begins, Message(one.indic, given[0], tuple(given[1:]))))
    return numbered


def _keep(conn: Connection, keys: Keys, actor: str, found: Look, one: tuple[str, Message], now: Instant) -> int:
    ref, message = one
    raw = written(document(message, ref, found.year, found.operator.party.country, now))
    if faults := check(raw, rules().union):
        codes = ", ".join(sorted({fault.code for fault in faults}))
        raise FanshareError("report_wrong", "This report breaks rules of its structure: %(codes)s.", 500, codes=codes)
    values: dict[str, Any] = {
        "year": found.year,
        "ref": ref,
        "indic": message.indic,
        "sellers": len(message.sellers),
        "hash": hashlib.sha256(raw).digest(),
        "sealed": keys.seal(_SEALED, raw, ref.encode()),
        "by": actor[:200],
        "now": now,
        "until": _kept_until(found.country, found.year),
    }
    id_ = rows.add(conn, values)
    for record in message.records:
        said = contents.sealed_text({"key": record.key, "content": record.content})
        sealed = keys.seal(_SEALED, said, _place(id_, record.ref))
        row = rows.add_record(conn, id_, record.indic, record.ref, record.corrects, sealed)
        if record.key != OPERATOR and record.indic != changes.DELETED:
            _share(conn, actor, found, record.key, row)
    note(conn, actor, "dpi.make", now, about=ref)
    return id_


def _share(conn: Connection, actor: str, found: Look, key: str, record: int) -> None:
    """Write down which part of a record is of whom: each reads her own."""
    name, _, currency = key.rpartition(" ")
    seller: Seller = found.sellers.reported[found.keys.get(name, name)]
    for part in seller.parts:
        if currency in part.figures:
            access = Access(conn, part.programme, actor)
            rows.add_share(access, part.party, record, found.year, currency, part.figures[currency])


def _kept_until(country: Country, year: int) -> Instant:
    return from_datetime(datetime(year + KEPT_YEARS + 1, 1, 1, tzinfo=country.tz))
