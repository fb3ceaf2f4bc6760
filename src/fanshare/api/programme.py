"""The programme of a key, and its terms."""

import json
from dataclasses import asdict
from typing import Annotated, Any

from ninja import Path, Router

from fanshare.api.gate import Desk, desk_of, operation
from fanshare.api.shapes import ProgrammeOut, TermsChecked, TermsIn, TermsOut, TermsPublished, moment, when
from fanshare.api.writing import write
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.core.terms import Terms
from fanshare.core.terms_document import document as document_of
from fanshare.core.terms_document import read
from fanshare.core.terms_example import worked_order
from fanshare.core.terms_sentences import sentences
from fanshare.flows.outlook import described, punctual
from fanshare.flows.publish_terms import publish_terms
from fanshare.store.queries import joining_codes, programme_words, tenants
from fanshare.store.queries.tenants import Tenant

router = Router(tags=["Programme"])


@router.get("/programme", response=ProgrammeOut, summary="The programme of this key")
@operation("api.programme")
def get_programme(request: Any) -> Any:
    """The programme, what the brand says of itself (markdown), the terms in force, and what the key may do."""
    desk = desk_of(request)
    one = desk.tenant
    in_force = [row[0] for row in tenants.all_terms(desk.conn, one) if row[2] <= desk.now]
    return {
        "id": one.public_id,
        **{name: getattr(one, name) for name in ("slug", "name", "country", "currency", "time_zone", "admission")},
        "about": programme_words.find(desk.access).words,
        "terms_version": in_force[-1] if in_force else None,
        "scopes": sorted(desk.grant.scopes),
        "pays": _pays(one, desk.now),
        "paid": described(desk.access, one.currency),
        "punctuality": _punctuality(desk, bool(in_force)),
        "joining_code": _joining_code(desk),
    }


def _joining_code(desk: Desk) -> Any:
    """Who gets a code by joining; ``None`` for nobody."""
    rule = joining_codes.rule(desk.access)
    return None if rule is None else {**rule._asdict(), "since": when(rule.since)}


@router.get("/terms", response=list[TermsOut], summary="All versions of the terms, oldest first")
@operation("api.terms.list")
def list_terms(request: Any) -> Any:
    """Every version there was and will be. A version never changes."""
    return [_shown(terms) for terms in _versions(desk_of(request))]


@router.post("/terms/check", response=TermsChecked, summary="What a terms document would mean")
@operation("api.terms.check")
def check_terms(request: Any, body: TermsIn) -> Any:
    """Explain a document in sentences, with a worked order. Nothing is bound by it."""
    currency = desk_of(request).tenant.currency
    terms = read(body.document, version=1, effective_at=0)
    return {
        "hash": terms.hash,
        "sentences": sentences(terms, currency),
        "example": list(worked_order(terms, currency).text),
    }


@router.get("/terms/{version}", response=TermsOut, summary="One version of the terms")
@operation("api.terms.get")
def get_terms(request: Any, version: Annotated[int, Path(ge=1, le=1_000_000)]) -> Any:
    """The document of a version, and what it says in sentences."""
    found = next((terms for terms in _versions(desk_of(request)) if terms.version == version), None)
    if found is None:
        raise FanshareError("unknown_version", f"There is no version {version} of these terms.", 404)
    return _shown(found)


@router.post("/terms", response={201: TermsPublished}, summary="Publish terms as the next version")
@operation("api.terms.publish")
def add_terms(request: Any, body: TermsIn) -> Any:
    """Publish a document. What lowers something takes effect after the notice that was promised."""

    def work(desk: Desk) -> Any:
        done = publish_terms(desk.access, body.document, desk.now, effective_at=moment(body.effective_at))
        return {
            "version": done.terms.version,
            "effective_at": when(done.terms.effective_at),
            "hash": done.terms.hash,
            "lowered": list(done.lowered),
        }

    return write(request, body, work)


def _pays(one: Tenant, now: Instant) -> dict[str, Any] | None:
    """Its days of paying, where it tells some."""
    next_ = one.pays(now, now)
    return None if next_ is None else {"every": one.pays_every, "day": one.pays_day, "next": next_.isoformat()}


def _punctuality(desk: Desk, has_terms: bool) -> dict[str, Any] | None:
    """How promptly it pays, as everybody can read who thinks of joining; ``None`` while that can't be told."""
    found = punctual(desk.access, desk.programme.book.at(desk.now).hold, desk.now) if has_terms else None
    return None if found is None else asdict(found)


def _versions(desk: Desk) -> list[Terms]:
    rows = tenants.all_terms(desk.conn, desk.tenant)
    return [read(json.loads(document), version=version, effective_at=since) for version, document, since in rows]


def _shown(terms: Terms) -> dict[str, Any]:
    return {
        "version": terms.version,
        "effective_at": when(terms.effective_at),
        "hash": terms.hash,
        "document": document_of(terms),
        "sentences": sentences(terms),
    }
