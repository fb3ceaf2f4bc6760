"""What tax years are read from: transfers of parties, by which ways payouts went, what was held for an authority."""

from collections.abc import Iterable, Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKey, AccountKind, Transfer, TransferKind
from fanshare.core.money import Micros
from fanshare.core.tax.withholding import Part
from fanshare.store.access import Access

_HOME = "SELECT country, time_zone, currency, several_brands FROM programme WHERE id = %(programme_id)s"
_MOVES = """
SELECT t.at, t.kind, d.kind, d.party_id, c.kind, c.party_id, t.amount, t.currency, t.order_id, t.creator_party_id,
       t.party_id, t.role, t.payout_id, t.gift_id
  FROM transfer t
  JOIN account d ON d.programme_id = t.programme_id AND d.id = t.debit_account_id
  JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id
 WHERE t.programme_id = %(programme_id)s
   AND (%(parties)s::bigint[] IS NULL OR d.party_id = ANY(%(parties)s) OR c.party_id = ANY(%(parties)s))
   AND (d.kind IN ('available', 'in_transit') OR c.kind IN ('available', 'in_transit'))
 ORDER BY t.id
"""
_WAYS = """
SELECT coalesce(x.payout_id, i.payout_id), n.kind FROM payout_item i
  LEFT JOIN payout_exchange x ON x.programme_id = i.programme_id AND x.of_payout_id = i.payout_id
  JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
 WHERE i.programme_id = %(programme_id)s AND i.payout_id IS NOT NULL
   AND (%(parties)s::bigint[] IS NULL OR i.party_id = ANY(%(parties)s))
 UNION ALL
SELECT w.payout_id, n.kind FROM (
       SELECT programme_id, payout_id, of_payout_id FROM tax_withheld
        UNION ALL
       SELECT programme_id, payout_id, of_payout_id FROM payout_exchange) w
  JOIN payout_item i ON i.programme_id = w.programme_id AND i.payout_id = w.of_payout_id
  JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
 WHERE w.programme_id = %(programme_id)s AND (%(parties)s::bigint[] IS NULL OR i.party_id = ANY(%(parties)s))
 UNION ALL
SELECT payout_id, 'credit' FROM shop_credit
 WHERE programme_id = %(programme_id)s AND (%(parties)s::bigint[] IS NULL OR party_id = ANY(%(parties)s))
"""
_PARTS: LiteralString = """
SELECT w.payout_id, w.of_payout_id, w.rate, w.base, w.authority, p.party_id, p.currency, p.amount, p.state
  FROM tax_withheld w JOIN payout p ON p.programme_id = w.programme_id AND p.id = w.payout_id
 WHERE w.programme_id = %(programme_id)s
"""
_OF_PARTIES = _PARTS + " AND (%(parties)s::bigint[] IS NULL OR p.party_id = ANY(%(parties)s)) ORDER BY w.payout_id"
_OF_PAYOUTS = _PARTS + " AND w.of_payout_id = ANY(%(payouts)s)"
_BESIDE = """
SELECT w.payout_id, w.of_payout_id FROM tax_withheld w
  JOIN payout p ON p.programme_id = w.programme_id AND p.id = w.payout_id
 WHERE w.programme_id = %(programme_id)s AND (%(parties)s::bigint[] IS NULL OR p.party_id = ANY(%(parties)s))
 UNION ALL
SELECT x.payout_id, coalesce(x.of_payout_id, x.got_payout_id) FROM payout_exchange x
  JOIN payout p ON p.programme_id = x.programme_id AND p.id = x.payout_id
 WHERE x.programme_id = %(programme_id)s AND (%(parties)s::bigint[] IS NULL OR p.party_id = ANY(%(parties)s))
"""
_ADD = """
INSERT INTO tax_withheld (programme_id, payout_id, of_payout_id, rate, base, authority)
SELECT %(programme_id)s, payout, of_payout, rate, base, %(authority)s
  FROM unnest(%(payouts)s::bigint[], %(of)s::bigint[], %(rates)s::integer[], %(bases)s::bigint[])
       AS given (payout, of_payout, rate, base)
"""
#: Whom a part is kept back of: who says that the authority wants it; else who gave no form, where the brand pays her
#: all the same.
_SUBJECT = """
SELECT p.id, coalesce(f.backup, false) FROM party p
  JOIN tax_ask k ON k.programme_id = p.programme_id AND k.asks = 'us'
  LEFT JOIN LATERAL (
       SELECT f.backup FROM tax_form f
        WHERE f.programme_id = p.programme_id AND f.party_id = p.id AND f.left_at IS NULL AND f.refused_at IS NULL
          AND (f.ends_at IS NULL OR f.ends_at > %(now)s) AND f.kind IN ('w9', 'w8ben')
        ORDER BY f.id DESC LIMIT 1) f ON true
 WHERE p.programme_id = %(programme_id)s AND p.id = ANY(%(parties)s)
   AND (f.backup OR (f.backup IS NULL AND k.without = 'withhold'))
"""
_HELD = """
SELECT currency, sum(balance) FILTER (WHERE kind = 'tax_held')::bigint,
       coalesce(sum(balance) FILTER (WHERE kind = 'tax_paid'), 0)::bigint
  FROM account WHERE programme_id = %(programme_id)s AND kind IN ('tax_held', 'tax_paid')
 GROUP BY currency ORDER BY currency
"""
_LOCK_HELD = """
SELECT balance FROM account
 WHERE programme_id = %(programme_id)s AND kind = 'tax_held' AND currency = %(currency)s FOR NO KEY UPDATE
"""
_DEPOSIT = """
INSERT INTO tax_deposit (programme_id, authority, currency, amount, reference, by_whom, at)
VALUES (%(programme_id)s, %(authority)s, %(currency)s, %(amount)s, %(reference)s, %(by)s, %(now)s)
ON CONFLICT (programme_id, authority, reference) DO NOTHING
"""
_DEPOSITS = """
SELECT id, authority, currency, amount, reference, by_whom, at FROM tax_deposit
 WHERE programme_id = %(programme_id)s ORDER BY id DESC LIMIT %(limit)s
"""


class Home(NamedTuple):
    """Where a brand is: its law, and what its years and sums are in where nothing is known of that law."""

    country: str
    time_zone: str
    currency: str
    several_brands: bool


class PartRow(NamedTuple):
    """A part of a payment that was held: its own payout, that of the rest, and how it was computed."""

    payout: int
    of: int
    rate: int
    base: Micros
    authority: str
    party: int
    currency: str
    amount: Micros
    state: str


class Held(NamedTuple):
    """What is held for an authority in a currency, and what was handed on; ``held`` below zero: too much was."""

    currency: str
    held: Micros
    handed_on: Micros


class Deposit(NamedTuple):
    """Something that was handed on."""

    id: int
    authority: str
    currency: str
    amount: Micros
    reference: str
    by: str
    at: Instant


def home(access: Access) -> Home:
    """Where the brand is."""
    row = access.fetch_one(_HOME)
    assert row is not None
    return Home(*row)


def movements(access: Access, parties: Sequence[int] | None = None) -> dict[int, list[tuple[Instant, Transfer]]]:
    """What touched the accounts of parties (``None``: of all), in the order of posting."""
    found: dict[int, list[tuple[Instant, Transfer]]] = {}
    wanted = None if parties is None else frozenset(parties)
    for at, kind, debit, payer, credit, payee, *rest in access.execute(_MOVES, {"parties": _list(parties)}):
        debit_leg, credit_leg = AccountKey(AccountKind(debit), payer), AccountKey(AccountKind(credit), payee)
        one = Transfer(TransferKind(kind), debit_leg, credit_leg, *rest)
        for party in {payer, payee} - {None}:
            if wanted is None or party in wanted:
                found.setdefault(party, []).append((at, one))
    return found


def beside(access: Access, parties: Sequence[int] | None = None) -> dict[int, int]:
    """What left beside payments of parties (``None``: of all), by payout: of which payment it was held for a tax
    authority, or was changed into the currency of; what was changed because its currency was replaced, by what came
    of it.
    """
    return dict(access.fetch(_BESIDE, {"parties": _list(parties)}))


def ways(access: Access, parties: Sequence[int] | None = None) -> dict[int, str]:
    """By which way payouts went, parts of them as the rest; those that a person paid by hand are left out."""
    return dict(access.fetch(_WAYS, {"parties": _list(parties)}))


def parts(access: Access, parties: Sequence[int] | None = None) -> list[PartRow]:
    """What was held of payments to parties, also what came back."""
    return [PartRow(*row) for row in access.fetch(_OF_PARTIES, {"parties": _list(parties)})]


def parts_of(access: Access, payouts: Iterable[int]) -> list[PartRow]:
    """What was held of some payments."""
    return [PartRow(*row) for row in access.fetch(_OF_PAYOUTS, {"payouts": [*payouts]})]


def add_parts(access: Access, parts: Sequence[tuple[int, int, Part]], authority: str) -> None:
    """Payouts that are each a part of another one, in one statement: the payout, of which one, and how it was found."""
    columns: dict[str, list[int]] = {
        "payouts": [payout for payout, _, _ in parts],
        "of": [of for _, of, _ in parts],
        "rates": [part.rate for _, _, part in parts],
        "bases": [part.base for _, _, part in parts],
    }
    access.execute(_ADD, {**columns, "authority": authority})


def subject(access: Access, parties: Sequence[int], now: Instant) -> dict[int, bool]:
    """Of whom a part is kept back; true where the authority has said so, else from the amount of a report on."""
    return dict(access.fetch(_SUBJECT, {"parties": [*parties], "now": now}))


def held(access: Access) -> list[Held]:
    """What is held, by currency."""
    return [Held(row[0], row[1] or 0, row[2]) for row in access.fetch(_HELD)]


def lock_held(access: Access, currency: str) -> Micros:
    """What is held in a currency; it does not move until the transaction ends."""
    return int(access.value(_LOCK_HELD, {"currency": currency}) or 0)


def deposit(
    access: Access, authority: str, currency: str, amount: Micros, reference: str, by: str, now: Instant
) -> bool:
    """Note that something was handed on. False where that reference is there already."""
    values = {"authority": authority, "currency": currency, "amount": amount, "reference": reference}
    return access.execute(_DEPOSIT, {**values, "by": by, "now": now}).rowcount > 0


def deposits(access: Access, limit: int = 100) -> list[Deposit]:
    """What was handed on, the newest first."""
    return [Deposit(*row) for row in access.fetch(_DEPOSITS, {"limit": limit})]


def _list(parties: Sequence[int] | None) -> list[int] | None:
    return None if parties is None else [*parties]
