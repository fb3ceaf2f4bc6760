"""Before she accepts a deal or joins a programme: all that is known of it on one page, and the decision hers.

With the books locked, or without any, her own limits are missing and the page says so. Nothing that is typed or sent
here is kept.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.instants import local_date, zone
from fanshare.core.workbench import typed as reading
from fanshare.core.workbench.clause_rules import Level
from fanshare.core.workbench.clauses import Answer, Checked, check
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Invoice, Never, Post, Settings
from fanshare.core.workbench.guard import Experience, Known, Weight, experience, struck, weigh
from fanshare.core.workbench.passages import MOST
from fanshare.core.workbench.trust import Preview, planned_days, preview
from fanshare.flows import clauses, papers
from fanshare.flows.authorisation import Hat, Role
from fanshare.flows.context import open_programme
from fanshare.flows.offers import Offer
from fanshare.store.queries import products, returns, tenants
from fanshare.store.queries.tenants import Access
from fanshare.web.came_back import told
from fanshare.web.joining.looking import funded, promptness
from fanshare.web.language import gettext as _
from fanshare.web.language import spoken
from fanshare.web.said import plain
from fanshare.web.workbench import words
from fanshare.web.workbench.bench import Bench, benched, page

_MOST_POSTS, _LONGEST, _NAME, _PRODUCTS = 60, 366, 120, 5
_FIELDS = ("programme", "brand", "product", "posts", "first", "last", "text")
_CHIPS = {
    Weight.AGAINST: ("checked", "triangle-alert"),
    Weight.LOOK: ("waiting", "info"),
    Weight.FACT: ("", "info"),
    Weight.WELL: ("ready", "circle-check"),
    Weight.UNKNOWN: ("", ""),
}


@benched(form=True)
def accept(bench: Bench) -> Any:
    """Say what is offered, and read what is known: her limits, her list, its clauses, how it pays, what comes back."""
    offers = bench.desk.offers(bench.conn)
    asked = bench.request.POST if bench.request.method == "POST" else bench.request.GET
    values = {name: str(asked.get(name, ""))[: MOST if name == "text" else _NAME] for name in _FIELDS}
    if bench.request.method != "POST":
        return _page(bench, offers, values)
    try:
        sent = bench.request.FILES.get("paper")
        if sent is not None:
            values["text"] = papers.text_of(sent.read(papers.MOST_BYTES + 1))[:MOST]
        offer = _offer(offers, values["programme"])
        known = _known(bench, offer, values)
    except BadInputError as error:
        return _page(bench, offers, values, problem=plain(error), status=422)
    return _page(bench, offers, values, found=_found(bench, offer, known, values))


def _offer(offers: Sequence[Offer], slug: str) -> Offer | None:
    reading.one_of(slug, {"", *(one.slug for one in offers)})
    return next((one for one in offers if one.slug == slug), None)


def _known(bench: Bench, offer: Offer | None, values: dict[str, str]) -> Known:
    """Everything there is to know. Raises ``BadInputError`` for what can't be read."""
    shelf = bench.shelf() if bench.key else None
    today = local_date(bench.now, zone("UTC" if shelf is None else shelf.settings.zone))
    named = " · ".join(filter(None, (values["brand"], "" if offer is None else offer.name)))
    places = {"brand": named, "product": values["product"], "text": values["text"]}
    nevers = () if shelf is None else shelf.of(Never)
    checked = check(values["text"], clauses.rules()) if values["text"].strip() else None
    return Known(
        _share(shelf, values, today),
        0 if shelf is None else shelf.settings.limit,
        None if shelf is None else len(nevers),
        any(text.strip() for text in places.values()),
        struck(places, nevers),
        None if offer is None else offer.came_back,
        None if offer is None else offer.outlook.punctuality,
        None if offer is None else offer.outlook.funding,
        Experience() if shelf is None else experience(shelf.of(Invoice), values["brand"], today),
        checked,
    )


def _share(shelf: Shelf | None, values: dict[str, str], today: Any) -> Preview | None:
    """What the paid posts of this deal would make of her share; read even while locked, so that it is checked."""
    if not values["posts"].strip():
        return None
    number = reading.number(values["posts"], 0, _MOST_POSTS)
    first = reading.day(values["first"], today)
    last = reading.day(values["last"], first)
    if not first <= last <= first + timedelta(days=_LONGEST):
        raise BadInputError("bad_day", "The last day lies before the first.")
    if shelf is None or not number:
        return None
    settings = shelf.settings
    days = planned_days(number, first, last)
    return preview(shelf.of(Post), days, today, settings.window, settings.limit, after=False)


def _found(bench: Bench, offer: Offer | None, known: Known, values: dict[str, str]) -> dict[str, Any]:
    slug = "" if offer is None else offer.slug
    inside = next((hat for hat in bench.worn if hat.role is Role.CREATOR and hat.programme == slug), None)
    return {
        "known": known,
        "findings": [(one, _CHIPS[one.weight]) for one in weigh(known)],
        "offer": offer,
        "inside": inside is not None,
        "pays": "" if offer is None else promptness(offer.outlook),
        "funded": "" if offer is None or offer.outlook.funding is None else funded(offer.outlook.funding),
        "back": "" if not known.came_back else told(known.came_back[0]),
        "goods": [] if inside is None else _goods(bench, inside, values["product"]),
        "grave": _grave(known.checked),
    }


def _goods(bench: Bench, hat: Hat, name: str) -> list[tuple[str, str]]:
    """Products of that name in a programme of hers, with what came back of each, where its brand shows that."""
    access = Access(bench.conn, hat.seat.programme_id, f"creator:{hat.seat.id}")
    if not name.strip() or not returns.are_shown(access):
        return []
    tenant = tenants.by_id(bench.conn, hat.seat.programme_id)
    programme = open_programme(access, tenant.public_id, bench.desk.keys)
    counted = bench.desk.returns(programme, tenant, bench.now)
    rows = products.listed(access, text=name.strip(), state="there", limit=_PRODUCTS)
    return [(row.title, told(counted.of(row.endpoint, row.external_id))) for row in rows]


def _grave(checked: Checked | None) -> list[tuple[Answer, str]]:
    """What should be asked or changed in a contract, the gravest first, with its name."""
    found = [] if checked is None else [one for one in checked.answers if one.level and one.level > Level.USUAL]
    ordered = sorted(found, key=lambda one: -(one.level or 0))
    return [(one, one.topic.said.get(spoken(), one.topic.said["en"]).name) for one in ordered]


def _page(
    bench: Bench,
    offers: Sequence[Offer],
    values: dict[str, str],
    *,
    found: dict[str, Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> Any:
    settings = bench.shelf().settings if bench.key else Settings("EUR")
    context = {
        "values": values,
        "offers": {"": _("none of those here"), **{one.slug: one.name for one in offers}},
        "opened": bool(bench.key),
        "has_books": bench.kept is not None,
        "settings": settings,
        "today": local_date(bench.now, zone(settings.zone)).isoformat(),
        "called": words.levels(),
        "found": found,
        "problem": problem,
    }
    return page(bench, "workbench/accept.html", context, status=status)
