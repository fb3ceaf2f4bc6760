"""Publish a version of the terms: its hash is in the log before it takes effect, and a worse one waits its notice."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fanshare.core import leaves
from fanshare.core.canonical import canonical
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import LAST_INSTANT, Instant, format_rfc3339
from fanshare.core.money import not_booked
from fanshare.core.replaced import is_gone
from fanshare.core.terms import Terms
from fanshare.core.terms_changes import earliest_effective, lowers
from fanshare.core.terms_document import document as document_of
from fanshare.core.terms_document import read
from fanshare.flows.audit import noted
from fanshare.store import log_store
from fanshare.store.access import Access

_NEWEST = """
SELECT version, document, effective_at FROM terms
 WHERE programme_id = %(programme_id)s ORDER BY version DESC LIMIT 1
"""
_INSERT = """
INSERT INTO terms (programme_id, version, document, hash, effective_at, logged_at, leaf_index)
VALUES (%(programme_id)s, %(version)s, %(document)s, %(hash)s, %(effective_at)s, %(now)s, %(leaf)s)
"""
_LOCK = "SELECT 1 FROM log_tree WHERE programme_id = %(programme_id)s FOR NO KEY UPDATE"


@dataclass(frozen=True, slots=True)
class Published:
    """The version now in the log, and what in it is worse for somebody (in sentences)."""

    terms: Terms
    lowered: tuple[str, ...]


def publish_terms(
    access: Access,
    document: Mapping[str, Any],
    now: Instant,
    *,
    effective_at: Instant | None = None,
    after: int | None = None,
) -> Published:
    """Publish ``document`` as the next version. Publishing what is in force already changes nothing.

    ``effective_at`` may name a later moment than the earliest allowed one; a programme's first version may begin in
    the past. ``after`` names the version that whoever publishes has looked at. Raises ``TermsError`` for mistakes,
    ``BadInputError`` (``notice_too_short``, ``time_out_of_range``, ``currency_replaced``)
    and ``FanshareError`` (``terms_moved``, 409).
    """
    if effective_at is not None and not 0 <= effective_at <= LAST_INSTANT:
        raise BadInputError("time_out_of_range", "This time lies outside the years 1970 to 9999.")
    with access.transaction():
        access.fetch_one(_LOCK)
        newest = _newest(access)
        version = 1 if newest is None else newest.version + 1
        if after is not None and after != version - 1:
            raise FanshareError("terms_moved", "Other terms were published meanwhile; look at them first.", 409)
        wished = now if effective_at is None else effective_at
        terms = read(document, version=version, effective_at=wished)
        if newest is not None and newest.hash == terms.hash:
            return Published(newest, ())
        _refuse_gone(_currencies(terms) - (_currencies(newest) if newest is not None else set()), now)
        lowered: tuple[str, ...] = ()
        if newest is not None:
            lowered = tuple(lowers(newest, terms))
            earliest = max(earliest_effective(newest, terms, now), newest.effective_at)
            if effective_at is not None and effective_at < earliest:
                raise BadInputError(
                    "notice_too_short",
                    "These terms lower something, so they can't take effect before %(earliest)s.",
                    earliest=format_rfc3339(earliest),
                )
            terms = read(document, version=version, effective_at=max(wished, earliest))
        _write(access, terms, now)
        return Published(terms, lowered)


def _currencies(terms: Terms) -> set[str]:
    """The currencies that amounts of a version are in."""
    named = {rule.currency for rule in (*terms.rules, *terms.bonuses)} | {cap.currency for cap in terms.caps}
    return named - {""}


def _refuse_gone(currencies: set[str], now: Instant) -> None:
    """A version may go on naming a currency that was replaced, for orders of its time, and not begin to."""
    for currency in sorted(currencies):
        if is_gone(currency, now):
            raise not_booked(currency)


def _newest(access: Access) -> Terms | None:
    row = access.fetch_one(_NEWEST)
    return None if row is None else read(json.loads(row[1]), version=row[0], effective_at=row[2])


def _write(access: Access, terms: Terms, now: Instant) -> None:
    noted(access, "terms.publish", now, f"version {terms.version}")
    leaf = leaves.terms(version=terms.version, hash_=terms.hash, effective_at=terms.effective_at, published_at=now)
    access.execute(
        _INSERT,
        {
            "version": terms.version,
            "document": canonical(document_of(terms)).decode(),
            "hash": bytes.fromhex(terms.hash),
            "effective_at": terms.effective_at,
            "now": now,
            "leaf": log_store.append(access, [leaf]),
        },
    )
