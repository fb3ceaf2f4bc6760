"""The pages' reads over PostgreSQL: thin, read-only, on a connection that is lent for each call."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

import psycopg

from fanshare.core.claims import ANSWER_WITHIN
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant, from_datetime, zone
from fanshare.core.marks import of_recipe, say
from fanshare.core.money import parse_amount
from fanshare.core.sentences import sentence
from fanshare.core.settlement_leaf import Settlement, own_settlement
from fanshare.core.sharing import Shares
from fanshare.core.terms import Terms
from fanshare.core.terms_document import read
from fanshare.core.terms_example import worked_order
from fanshare.core.terms_sentences import sentences
from fanshare.flows import public_texts
from fanshare.flows.health import as_reported
from fanshare.store.queries import (
    budgets,
    claims,
    creator_pages,
    foreign_links,
    media_kits,
    pages,
    programme_words,
    shelves,
    tenants,
)
from fanshare.store.queries.creator_pages import PageRow
from fanshare.store.queries.pages import WhyRow
from fanshare.store.queries.tenants import Tenant
from fanshare.web.goods import shelves_of
from fanshare.web.holding import hold_reason
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.pages_port import (
    Bucket,
    DemoLink,
    DemoReport,
    DemoSection,
    Evidence,
    ProgrammeCard,
    ProgrammeTerms,
    PublicCreator,
    PublicKit,
    PublicLink,
    PublicPicture,
    PublicSection,
    PublicText,
    Role,
    Split,
    TermsVersion,
    WhyLine,
)
from fanshare.web.public_goal import public_goal

#: Gives a connection for as long as a block lasts: a fresh one is closed by it, a kept one goes back.
type Lend = Callable[[], AbstractContextManager[psycopg.Connection[tuple[Any, ...]]]]

#: Of an order that was placed after the month's budget was reached, and is paid all the same.
IN_A_STOP = later("It was ordered while links paused for the month's budget; what led to it came before, so it counts.")
#: What led to an order: the reader's own deed, a creator's, and that of a fan who stays unnamed.
_MINE = {
    "link": later("A click on your link led to this order."),
    "code": later("A code of yours was typed at checkout."),
    "ruling": later("This sale was given to you by a decision."),
}
_CREATORS = {
    "link": later("A click on %(name)s's link led to this order."),
    "code": later("A code of %(name)s was typed at checkout."),
    "ruling": later("This sale was given to %(name)s by a decision."),
}
_FANS = {
    "link": later("A click on a fan's link led to this order."),
    "code": later("A code of a fan was typed at checkout."),
    "ruling": later("This sale was given to a fan by a decision."),
}


@dataclass(frozen=True, slots=True)
class StoredPages:
    """A ``PageStore`` over the installation's database."""

    lend: Lend
    clock: Callable[[], Instant]

    def programmes(self) -> Sequence[ProgrammeCard]:
        """Programmes that have published terms, ordered by name."""
        with self._open() as conn:
            found = [one for one in tenants.all_tenants(conn) if tenants.newest_terms(conn, one) is not None]
        return sorted((_card(one) for one in found), key=lambda card: card.name)

    def creator(self, programme_slug: str, creator_slug: str) -> PublicCreator | None:
        """A creator's page with her own live links."""
        with self._open() as conn:
            tenant = tenants.tenant(conn, programme_slug)
            newest = None if tenant is None else tenants.newest_terms(conn, tenant)
            if tenant is None or newest is None:
                return None
            access = tenants.access(conn, tenant)
            row = pages.creator(access, creator_slug)
            if row is None:
                return None
            links = pages.links(access, row.id)
            written = creator_pages.page(access, row.id)
            hung = creator_pages.picture(access, written.picture) if written.picture else None
            parts = (shelves.shelves(access, row.id), shelves.placed(access, row.id))
            elsewhere = foreign_links.of_page(access, row.id)
            paused = budgets.stopped_since(access) is not None
            goal = public_goal(access, tenant, row.id, self.clock())
        direct, through_fan = _examples(_terms(*newest), tenant.currency)
        return PublicCreator(
            programme=_card(tenant),
            slug=row.slug,
            name=row.name,
            about=written.words,
            links=tuple(
                PublicLink(
                    href=f"/r/{link.code}",
                    text=link.campaign or _host_and_path(link.destination),
                    label=link.label,
                    language="de" if link.country in ("DE", "AT") else "en",
                    label_for=f"{link.platform[:1].upper()}{link.platform[1:]}, {link.country}",
                )
                for link in links
            ),
            direct=direct,
            through_fan=through_fan,
            picture=None if hung is None else picture_of(tenant.slug, written, hung.width, hung.height),
            sections=tuple(PublicSection(*one) for one in written.sections),
            shelves=shelves_of(tenant.slug, *parts, elsewhere),
            paused=paused,
            goal=goal,
        )

    def kit(self, programme_slug: str, token: str) -> PublicKit | None:
        """A media kit; ``None`` also of whoever was erased."""
        with self._open() as conn:
            tenant = tenants.tenant(conn, programme_slug)
            access = None if tenant is None else tenants.access(conn, tenant)
            kit = None if access is None else media_kits.under(access, token)
            if tenant is None or access is None or kit is None:
                return None
            name = media_kits.name(access, kit.party) if kit.named else ""
            rows = tuple(media_kits.sources(access, kit.party))
        return PublicKit(_card(tenant), name, kit.goods, kit.listed, rows)

    def picture(self, programme_slug: str, picture: str) -> bytes | None:
        """The bytes of a picture."""
        with self._open() as conn:
            tenant = tenants.tenant(conn, programme_slug)
            found = None if tenant is None else creator_pages.picture(tenants.access(conn, tenant), picture)
        return None if found is None else found.content

    def terms(self, programme_slug: str) -> ProgrammeTerms | None:
        """Every version, newest first."""
        with self._open() as conn:
            tenant = tenants.tenant(conn, programme_slug)
            if tenant is None:
                return None
            rows = tenants.all_terms(conn, tenant)
            access = tenants.access(conn, tenant)
            reported = bool(as_reported(access))
            late = claims.waiting_since(access, max(0, self.clock() - ANSWER_WITHIN))[0]
            words = programme_words.find(access).words
        if not rows:
            return None
        versions = [_terms(*row) for row in rows]
        shown = tuple(_version(one, tenant.currency) for one in reversed(versions))
        return ProgrammeTerms(_card(tenant), shown, reported, late, words)

    def why(self, token: str) -> WhyLine | None:
        """The line behind a token."""
        with self._open() as conn:
            for tenant in tenants.all_tenants(conn):
                access = tenants.access(conn, tenant)
                row = pages.why(access, token)
                if row is not None:
                    late = budgets.was_stopped(access, row.order_id)
                    versions = [_terms(*one) for one in tenants.all_terms(conn, tenant)]
                    return self._line(tenant, row, versions, (_(IN_A_STOP),) if late else ())
        return None

    def text(self, kind: str, language: str) -> PublicText | None:
        """What the operator wrote."""
        with self._open() as conn:
            found = public_texts.shown(conn, kind, language)
        return None if found is None else PublicText(found[0], found[1].words, found[1].written_at)

    def demo(self) -> DemoReport | None:
        """The report that a demonstration left behind."""
        with self._open() as conn:
            text = tenants.demo_report(conn)
        if text is None:
            return None
        report = json.loads(text)
        return DemoReport(
            figures=tuple((of_recipe(name), of_recipe(value)) for name, value in report["figures"]),
            sections=tuple(
                DemoSection(of_recipe(section["title"]), tuple(_place(link) for link in section["links"]))
                for section in report["sections"]
            ),
        )

    def _line(self, tenant: Tenant, row: WhyRow, versions: Sequence[Terms], further: tuple[str, ...]) -> WhyLine:
        entry = own_settlement(row.body)
        terms = next(one for one in versions if one.hash == entry.terms)
        held = row.bucket == "held"
        role = cast("Role", row.role)
        return WhyLine(
            programme=_card(tenant),
            creator_name=row.creator_name or _("a creator"),
            role=role,
            split=Split(
                currency=entry.currency,
                goods=entry.net,
                shares=_shares(entry),
                others=sum(parse_amount(other["pool"]) for other in row.others),
            ),
            bucket=self._bucket(row),
            sentences=(say("%(sentence)s.", sentence=sentence(entry, role)), *further),
            terms_version=terms.version,
            terms_hash=terms.hash,
            order_label="" if role == "fan" else f"#{row.order_number}",
            matures_at=row.matures_at,
            held_until=row.held_until if held else None,
            hold_reason=hold_reason(row.hold_reason, entry.reasons) if held else "",
            evidence=_evidence(entry, row, zone(tenant.time_zone)),
            estimated=row.estimated,
            party=row.party,
        )

    def _bucket(self, row: WhyRow) -> Bucket:
        if row.bucket != "unclaimed":
            return cast("Bucket", row.bucket)
        return "available" if row.matures_at is not None and row.matures_at <= self.clock() else "pending"

    @contextmanager
    def _open(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        try:
            with self.lend() as conn:
                yield conn
        except (psycopg.OperationalError, OSError) as error:
            raise FanshareError(
                "database_away", "The books can't be reached at the moment; nothing is lost. Try again soon.", 503
            ) from error


def _card(tenant: Tenant) -> ProgrammeCard:
    return ProgrammeCard(
        slug=tenant.slug,
        name=tenant.name,
        time_zone=tenant.time_zone,
        contact=tenant.contact,
        is_demo=tenant.demo,
    )


def _terms(version: int, document: str, effective_at: Instant) -> Terms:
    return read(json.loads(document), version=version, effective_at=effective_at)


def _version(terms: Terms, currency: str) -> TermsVersion:
    return TermsVersion(
        number=terms.version,
        effective_at=terms.effective_at,
        hash=terms.hash,
        sentences=tuple(sentences(terms, currency)),
        example=_examples(terms, currency)[1],
    )


def _examples(terms: Terms, currency: str) -> tuple[Split | None, Split | None]:
    """A 59.00 order brought by the creator herself, and the same brought by a fan of hers."""
    worked = worked_order(terms, currency).before
    if not worked.rule_id:
        return None, None
    direct = Split(currency, worked.net, Shares(worked.creator_alone, 0, 0))
    return direct, Split(currency, worked.net, Shares(worked.creator, worked.fan, worked.buyer))


def _shares(entry: Settlement) -> Shares:
    amounts = {share.role: share.amount for share in entry.shares}
    return Shares(amounts.get("creator", 0), amounts.get("fan", 0), amounts.get("buyer", 0))


def _evidence(entry: Settlement, row: WhyRow, tz: ZoneInfo) -> tuple[Evidence, ...]:
    facts = dict.fromkeys([(entry.introduced_on, entry.introduced_by), (entry.decided_on, entry.decided_by)])
    told = [
        Evidence(_noon(day, tz), _told(row, kind, brought=kind == entry.introduced_by))
        for day, kind in facts
        if day and kind
    ]
    return (*told, Evidence(_noon(entry.placed_on, tz), _("The order was placed.")))


def _told(row: WhyRow, kind: str, *, brought: bool) -> str:
    """A fact as the reader's page says it; ``brought``: the fan of this fact is the one who brought the buyer."""
    who, deed = kind.split("_")
    if row.role == who and (who == "creator" or brought):
        return _(_MINE[deed])
    return _(_FANS[deed]) if who == "fan" else _(_CREATORS[deed]) % {"name": row.creator_name or _("the creator")}


def picture_of(programme: str, written: PageRow, width: int, height: int) -> PublicPicture:
    """The picture of a page as pages show it."""
    return PublicPicture(f"/picture/{programme}/{written.picture}", written.alt, width, height)


def _place(link: Mapping[str, Any]) -> DemoLink:
    return DemoLink(link["href"], of_recipe(link["text"]), of_recipe(link["note"]))


def _noon(day: str, tz: ZoneInfo) -> Instant:
    """Noon, where the programme is, of a day that was recorded without its time."""
    return from_datetime(datetime.combine(date.fromisoformat(day), time(12), tz))


def _host_and_path(destination: str) -> str:
    return destination.split("://", 1)[-1].split("?", 1)[0].rstrip("/")
