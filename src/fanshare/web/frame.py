"""The frame around a signed-in page: at most eight entries in three groups, and the way to her other hats."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch

from fanshare.flows.authorisation import LEAVING, MATRIX, Hat, Role, fits
from fanshare.web.desk import Here
from fanshare.web.language import gettext, later
from fanshare.web.templating import url

if TYPE_CHECKING:
    from fanshare.web.operator.office import Office
    from fanshare.web.workbench.bench import Bench

#: Entries that a phone shows at once; the rest is behind "More".
ON_A_PHONE = 4


@dataclass(frozen=True, slots=True)
class Place:
    """One page that the navigation knows. ``group`` is 0, 1 or 2; ``whose`` says what the address is made of.

    ``also`` are routes of pages that belong to it and have no address below its own.
    """

    operation: str
    route: str
    icon: str
    words: str
    group: int = 0
    whose: str = "programme"
    also: tuple[str, ...] = ()


#: A brand's people, and an operator who looks at one programme.
_BRAND: tuple[Place, ...] = (
    Place("brand.see", "brand_overview", "layout-dashboard", later("Overview")),
    Place("brand.see", "brand_people", "users-round", later("Creators"), also=("brand_fans",)),
    Place("brand.see", "brand_orders", "package", later("Orders"), also=("brand_checks",)),
    Place("brand.results", "brand_results", "list", later("Results")),
    Place("brand.money", "brand_money", "wallet", later("Money")),
    Place("connections.see", "connections", "plug", later("Shop connections"), 2),
    Place("brand.see", "brand_terms", "scale", later("Terms"), 2),
    Place("brand.team", "brand_team", "users", later("Team"), 2),
)
_PLACES: dict[Role, tuple[Place, ...]] = {
    Role.CREATOR: (
        Place("creator.today", "creator_today", "house", later("Today")),
        Place("creator.earnings", "creator_earnings", "wallet", later("Earnings")),
        Place("creator.links", "creator_links", "link", later("Links and codes")),
        Place("creator.page", "creator_page", "store", later("My page")),
        Place("creator.fans", "creator_fans", "users", later("Fans"), 1),
        Place("creator.goals", "creator_goals", "gift", later("Goals and programmes"), 1),
        Place("workbench", "workbench", "hand-coins", later("Workbench"), 1, "house"),
        Place("account.settings", "settings", "sliders-horizontal", later("Settings"), 2),
    ),
    Role.FAN: (
        Place("fan.home", "fan_home", "house", later("Home")),
        Place("fan.earnings", "fan_earnings", "wallet", later("Earnings")),
        Place("fan.rewards", "fan_rewards", "gift", later("Rewards")),
        Place("fan.share", "fan_share", "share-2", later("Share")),
        Place("fan.creators", "fan_creators", "users", later("My creators"), 1),
        Place("public.terms", "terms", "scale", later("Terms"), 2),
        Place("account.settings", "settings", "sliders-horizontal", later("Settings"), 2),
    ),
    Role.YOUNG: (
        Place("fan.home", "fan_home", "house", later("Home")),
        Place("fan.exclusive", "fan_exclusive", "file-text", later("Exclusive")),
        Place("fan.questions", "fan_questions", "message-circle-question-mark", later("Questions")),
        Place("fan.thanks", "fan_thanks", "gift", later("Thanks")),
        Place("fan.creators", "fan_creators", "users", later("My creators"), 1),
        Place("fan.of_age", "fan_of_age", "calendar-days", later("18 by now?"), 2),
    ),
    Role.BRAND: _BRAND,
    Role.OPERATOR: _BRAND,
    Role.BENCH: (
        Place("workbench", "workbench", "hand-coins", later("Your hour"), 0, "house"),
        Place("workbench", "workbench_plan", "list", later("Plan"), 0, "house"),
        Place("workbench", "workbench_hours", "clock", later("Hours"), 0, "house"),
        Place("workbench", "workbench_costs", "receipt", later("Costs"), 0, "house"),
        Place("workbench", "workbench_due", "calendar-days", later("Due"), 1, "house"),
        Place("workbench", "workbench_check", "search-check", later("Before you sign"), 1, "house"),
        Place("workbench", "workbench_settings", "sliders-horizontal", later("Settings and files"), 2, "house"),
        Place("workbench", "workbench_lock", "lock", later("Lock and keys"), 2, "house"),
    ),
}
#: What an operator finds who is in no programme.
_HOUSE: tuple[Place, ...] = (
    Place("operator.see", "operator_health", "search-check", later("Health"), 0, "house"),
    Place("operator.see", "operator_books", "scale", later("Books"), 0, "house"),
    Place("operator.see", "operator_inbox", "mail", later("Inbox"), 0, "house"),
    Place("operator.change", "operator_people", "users-round", later("People"), 1, "house"),
    Place("operator.change", "operator_programmes", "store", later("Programmes"), 1, "house"),
    Place("operator.see", "operator_texts", "file-text", later("Texts"), 2, "house"),
    Place("operator.see", "operator_settings", "sliders-horizontal", later("Settings"), 2, "house"),
    Place("operator.see", "operator_audit", "list", later("Audit"), 2, "house"),
)
_ROLES = {
    Role.CREATOR: later("Creator"),
    Role.FAN: later("Fan"),
    Role.YOUNG: later("Fan"),
    Role.BRAND: later("Brand"),
    Role.OPERATOR: later("Operator"),
    Role.BENCH: later("Workbench"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the navigation."""

    href: str
    icon: str
    words: str
    here: bool
    group: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page. ``groups`` are the entries of a wide screen, ``few`` and ``rest`` those of a phone."""

    title: str
    role: str
    groups: tuple[tuple[Entry, ...], ...]
    few: tuple[Entry, ...]
    rest: tuple[Entry, ...]
    others: tuple[tuple[str, str, str], ...]


def frame(here: "Here | Office | Bench") -> Frame:
    """The frame of a page for whoever is at it."""
    entries = tuple(_entries(here.hat, here.request.path))
    groups = tuple(tuple(one for one in entries if one.group == group) for group in range(3))
    few = ON_A_PHONE if len(entries) > ON_A_PHONE + 1 else len(entries)
    others = tuple((first_page(hat), *_called(hat)) for hat in here.others)
    role, title = _called(here.hat)
    return Frame(title, role, tuple(group for group in groups if group), entries[:few], entries[few:], others)


def first_page(hat: Hat) -> str:
    """Where a hat begins: its first page that exists, else the page with all hats."""
    return next((entry.href for entry in _entries(hat, "")), url("home"))


def places() -> Iterator[Place]:
    """Every page that some navigation leads to."""
    for known in (*_PLACES.values(), _HOUSE):
        yield from known


def _called(hat: Hat) -> tuple[str, str]:
    house = gettext("my books") if hat.role is Role.BENCH else gettext("this installation")
    name = f"{hat.name}, {hat.programme_name}" if hat.name else hat.programme_name or house
    return gettext(_ROLES[hat.role]), name


def _entries(hat: Hat, path: str) -> Iterator[Entry]:
    for place in _HOUSE if hat.role is Role.OPERATOR and not hat.programme else _PLACES[hat.role]:
        group = MATRIX[place.operation]
        if (Role.ANYBODY not in group and not fits(hat, group)) or (hat.leaving and place.operation not in LEAVING):
            continue
        href = _address(place, hat)
        if href:
            here = path == href or (path.startswith(f"{href}/") and href.count("/") > (1 if not hat.programme else 2))
            here = here or path in [_address(replace(place, route=route), hat) for route in place.also]
            yield Entry(href, place.icon, gettext(place.words), here, place.group)


def _address(place: Place, hat: Hat) -> str:
    """Where a place is for this hat; empty where there is none."""
    if place.whose == "creator" and not hat.slug:
        return ""
    arguments = {"creator": [hat.programme, hat.slug], "house": []}.get(place.whose, [hat.programme])
    try:
        return url(place.route, *arguments)
    except NoReverseMatch:
        return ""
