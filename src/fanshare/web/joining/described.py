"""``/.well-known/fanshare.json``: the programmes of this installation and their terms, for other servers to read."""

from collections.abc import Iterator
from typing import Any

from django.http import JsonResponse
from django.urls import reverse

from fanshare.core.instants import DAY, Instant, format_rfc3339
from fanshare.core.terms import Terms
from fanshare.core.terms_sentences import sentences
from fanshare.flows import outlook
from fanshare.flows.context import open_programme
from fanshare.store.queries import programme_words, tenants
from fanshare.store.queries.tenants import Tenant
from fanshare.web import site
from fanshare.web.authorisation import require
from fanshare.web.desk import Desk
from fanshare.web.public.views import readable

FORMAT = 1
#: Programmes in one document.
MOST = 500


@require("public.described")
@readable
def described(request: Any) -> Any:
    """What can be joined here, and under which terms. Holds nothing but what the pages say before joining."""
    response = JsonResponse({"fanshare": FORMAT, "programmes": list(_programmes(request, site.of(request).desk))})
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _programmes(request: Any, desk: Desk) -> Iterator[dict[str, Any]]:
    now = desk.clock()
    with desk.open() as conn:
        for tenant in tenants.all_tenants(conn)[:MOST]:
            if tenants.newest_terms(conn, tenant) is not None:
                access = tenants.access(conn, tenant)
                book = open_programme(access, tenant.public_id, desk.keys).book
                paid = outlook.described(access, tenant.currency)
                about = programme_words.find(access).words
                yield {**_programme(request, tenant, book.at(now), now), "about": about, "paid": paid}


def _programme(request: Any, tenant: Tenant, terms: Terms, now: Instant) -> dict[str, Any]:
    def whole(route: str) -> str:
        return str(request.build_absolute_uri(reverse(route, args=[tenant.slug])))

    return {
        "id": tenant.public_id,
        "slug": tenant.slug,
        "name": tenant.name,
        "country": tenant.country,
        "currency": tenant.currency,
        "demo": tenant.demo,
        "join": whole("join"),
        "terms": {
            "address": whole("terms"),
            "version": terms.version,
            "hash": terms.hash,
            "effective_at": format_rfc3339(terms.effective_at),
            "at": format_rfc3339(now),
            "policy": terms.policy.value,
            "admission": "open" if terms.open_admission else "application",
            "window_days": terms.window // DAY,
            "hold_days": terms.hold // DAY,
            "notice_days": terms.notice_days,
            "fan_bps": terms.fan_bps,
            "fan_max_bps": terms.fan_max_bps,
            "buyer_bps": terms.buyer_bps,
            "sentences": sentences(terms),
        },
    }
