"""What a creator does with her media kit: show it, choose what stands in it, bring it up to date, take it away.

Every number in it comes from a statement that was checked here before. Of a statement only the results are kept.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fanshare.core import media_kit
from fanshare.core.canonical import CanonicalError, parse_json
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, Instant, local_date, zone
from fanshare.core.media_kit import Source
from fanshare.core.statement_check import verify
from fanshare.flows import own_page
from fanshare.flows.context import Programme
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import media_kits, results
from fanshare.store.queries.media_kits import Kept, Kit
from fanshare.store.signing import verify as verify_signature

#: Statements of other installations in one kit, and the largest file of one, in bytes.
MOST_SOURCES, MOST_BYTES = 10, 4_000_000
#: Clicks are told of so many days.
_DAYS = 365


@dataclass(frozen=True, slots=True)
class Choice:
    """What stands in a kit: her name, the worth of goods; and whether search engines may list the page."""

    named: bool = False
    goods: bool = False
    listed: bool = False


def show(programme: Programme, tenant: Tenant, party: int, choice: Choice, statement: bytes, now: Instant) -> Kit:
    """Show a kit, or change what stands in it; its results are brought up to date by her present ``statement``.

    Raises ``FanshareError`` (``erased``, 410).
    """
    access = programme.access
    found = media_kit.source(_read(statement))
    with access.transaction():
        own_page.hold(programme, party)
        before = media_kits.of(access, party)
        token = secrets.token_urlsafe(16) if before is None else before.token
        made_at = now if before is None else before.made_at
        kit = Kit(party, token, choice.named, choice.goods, choice.listed, made_at)
        media_kits.keep(access, kit)
        media_kits.put(access, party, found, now, own=True, counted=_counted(programme, tenant, party, now))
    return kit


def move(programme: Programme, party: int) -> None:
    """Give the kit another address: under the one before there is nothing from now on."""
    access = programme.access
    with access.transaction():
        own_page.hold(programme, party)
        kit = media_kits.of(access, party)
        if kit is not None:
            media_kits.keep(access, kit._replace(token=secrets.token_urlsafe(16)))


def hide(programme: Programme, party: int) -> None:
    """Take the kit away with all that stands in it; doing it again changes nothing."""
    with programme.access.transaction():
        own_page.hold(programme, party)
        media_kits.forget(programme.access, [party])


def add(programme: Programme, party: int, content: bytes, now: Instant) -> Source:
    """Add what a statement of another installation says, after checking it.

    Raises ``BadInputError``: ``no_statement``, ``statement_failed`` (says which check), ``not_a_creator``,
    ``too_many_sources``, ``no_kit``; ``ConflictError`` (``older_statement``, ``own_statement``, ``our_host``).
    """
    found = _checked(content)
    access = programme.access
    with access.transaction():
        own_page.hold(programme, party)
        if media_kits.of(access, party) is None:
            raise BadInputError("no_kit", "Show your media kit first; then statements can be added to it.")
        there = media_kits.sources(access, party)
        _refuse_ours(there, found)
        same = next((one for one in there if one.source.log == found.log), None)
        if same is not None and same.source.as_of > found.as_of:
            raise ConflictError("older_statement", "A newer statement of this programme stands in your kit already.")
        if same is None and len(there) > MOST_SOURCES:
            raise BadInputError(
                "too_many_sources", "A kit holds %(most)s statements of others; take one out first.", most=MOST_SOURCES
            )
        media_kits.put(access, party, found, now, own=False)
    return found


def _refuse_ours(there: list[Kept], found: Source) -> None:
    """A file that names this site's logs is not believed: this site tells by itself what it signed."""
    own = next((one.source for one in there if one.own), None)
    if own is None or own.host != found.host:
        return
    if own.log == found.log:
        raise ConflictError("own_statement", "This programme stands in your kit already; bring it up to date.")
    raise ConflictError(
        "our_host", "This statement names a programme of this site: show the media kit that you have there instead."
    )


def take_out(programme: Programme, party: int, source: int) -> None:
    """Take a statement of another installation out of the kit. Raises ``BadInputError`` (``unknown_source``)."""
    with programme.access.transaction():
        own_page.hold(programme, party)
        if not media_kits.drop(programme.access, party, source):
            raise BadInputError("unknown_source", "No such statement stands in your kit.", 404)


def _checked(content: bytes) -> Source:
    if len(content) > MOST_BYTES:
        raise BadInputError("no_statement", "A statement has at most %(n)s MB.", n=MOST_BYTES // 1_000_000)
    statement = _read(content)
    report = verify(statement, verify_signature)
    failed = next((one for one in report.checks if one.status not in ("ok", "note")), None)
    if failed is not None:
        raise BadInputError(
            "statement_failed", "This statement does not hold, so it is not shown: %(detail)s", detail=failed.detail
        )
    return media_kit.source(statement)


def _read(content: bytes) -> Any:
    try:
        return parse_json(content)
    except (CanonicalError, RecursionError):
        raise BadInputError("no_statement", "This file is no statement of a fanshare programme.") from None


def _counted(programme: Programme, tenant: Tenant, party: int, now: Instant) -> tuple[int, int]:
    """Her clicks of a year, and the orders in whatever currency before which one of them was made."""
    today = local_date(now, zone(tenant.time_zone))
    first, last = (today - timedelta(days=_DAYS)).isoformat(), today.isoformat()
    found = [
        brought
        for currency in {*results.currencies(programme.access), tenant.currency}
        for brought in results.by_creator(
            programme.access, results.Stretch(now - _DAYS * DAY, now, first, last, currency, party)
        )
    ]
    return max((one.clicks for one in found), default=0), sum(one.clicked for one in found)
