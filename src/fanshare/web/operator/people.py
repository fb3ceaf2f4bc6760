"""Who runs this installation, and who looks after its programmes."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.factor_rule import GRACE
from fanshare.core.instants import DAY, format_rfc3339
from fanshare.flows import factor_rule, parting, staff
from fanshare.flows.authorisation import Post
from fanshare.flows.staff import Member
from fanshare.store.queries import factor_rules, tenants
from fanshare.store.queries.tenants import Tenant
from fanshare.web.authorisation import account_of
from fanshare.web.brand.who import posts
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, asked, taken
from fanshare.web.operator.office import Office, field, operated, page
from fanshare.web.said import plain

_COLUMNS = ("address", "programme", "as", "since")
#: What the filters call this whole installation, and whoever runs it.
_WHOLE = "-"
_OPERATOR = "operator"


class Seat(NamedTuple):
    """Somebody and what she looks after; ``house`` is ``None`` for whoever runs the whole installation."""

    house: Tenant | None
    member: Member

    @property
    def place(self) -> tuple[int, int]:
        """Operators first, then programme by programme, each from the first whom it let in."""
        return 0 if self.house is None else self.house.id, self.member.id


@operated("operator.change", form=True, fresh=True)
def people(here: Office) -> Any:
    """Operators and brands' people: listed, added, ended."""
    problem = ""
    if here.request.method == "POST":
        try:
            _change(here)
        except FanshareError as error:
            problem = plain(error)
        else:
            return HttpResponseRedirect(reverse("operator_people"))
    houses = tenants.all_tenants(here.conn)
    wish = asked(here.request.GET, _spec(houses), here.zone)
    shown = taken(wish, list(islice(_seats(here, wish, houses), wish.limit + 1)), lambda one: one.place)
    if wish.form:
        return exported(wish.form, "people", map(_document, shown.rows), _COLUMNS, cut=shown.cut)
    context = {
        "asked": wish,
        "rows": shown.rows,
        "next": shown.next,
        "choices": houses,
        "posts": posts(),
        "problem": problem,
        "typed": {name: field(here, name, strict=False) for name in ("address", "programme", "post")},
        "me": here.hat.seat.id,
        "asked_since": factor_rules.of_operators(here.conn),
        "grace": GRACE // DAY,
    }
    return page(here, "operator/people.html", context, status=422 if problem else 200)


def _spec(houses: list[Tenant]) -> Spec:
    filters = {
        "programme": (_("programme"), {_WHOLE: _("this whole installation"), **{one.slug: one.name for one in houses}}),
        "post": (_("as"), {_OPERATOR: _("operator"), **posts()}),
    }
    return Spec(filters, {"houses": _("programme by programme")}, search=_("address"))


def _seats(here: Office, wish: Asked, houses: list[Tenant]) -> Iterator[Seat]:
    """Everybody behind the place that is asked for; a programme is looked into when its turn comes, not before."""
    first, last = wish.after or (0, 0)
    keys, where, post = here.desk.keys, wish.chosen["programme"], wish.chosen["post"]
    if first == 0 and where in ("", _WHOLE) and post in ("", _OPERATOR):
        yield from (Seat(None, one) for one in staff.operators(here.conn, keys) if one.id > last and _fits(one, wish))
    if post == _OPERATOR:
        return
    for house in houses:
        if house.id >= first and where in ("", house.slug):
            found = staff.some_brand_people(
                here.access(house),
                keys,
                post=post,
                text=wish.text,
                after=last if house.id == first else 0,
                limit=wish.limit + 1,
                since=wish.since,
                until=wish.until,
            )
            yield from (Seat(house, one) for one in found)


def _fits(one: Member, wish: Asked) -> bool:
    late = wish.since is None or one.added_at >= wish.since
    early = wish.until is None or one.added_at < wish.until
    return late and early and wish.text.casefold() in one.address.casefold()


def _document(row: Seat) -> dict[str, Any]:
    return {
        "address": row.member.address,
        "programme": "" if row.house is None else row.house.slug,
        "as": row.member.post or _OPERATOR,
        "since": format_rfc3339(row.member.added_at),
    }


def _change(here: Office) -> None:
    address, slug = field(here, "address"), field(here, "programme")
    keys, now = here.desk.keys, here.now
    ends = field(here, "what") == "end"
    if field(here, "what") == "ask_factor":
        factor_rule.ask_operators(here.conn, account_of(here.request), now, here.actor)
        return
    if field(here, "what") == "let_factor":
        factor_rule.let_operators(here.conn, now, here.actor)
        return
    if not slug:
        if ends and any(
            one.id == here.hat.seat.id and one.address == address for one in staff.operators(here.conn, keys)
        ):
            raise ConflictError("yourself", "You can't end yourself; another operator can.")
        if ends:
            parting.end_operator(here.conn, keys, address, now, here.actor)
        else:
            staff.add_operator(here.conn, keys, address, now, here.actor)
        return
    tenant = tenants.tenant(here.conn, slug)
    if tenant is None:
        raise BadInputError("unknown_programme", "There is no such programme.", 404)
    access = here.access(tenant)
    if ends:
        parting.end_brand_person(access, tenant.public_id, keys, address, now)
    elif field(here, "post") not in list(Post):
        raise BadInputError("bad_post", "Say what she does for the brand.")
    else:
        staff.add_brand_person(access, tenant.public_id, keys, address, now, post=Post(field(here, "post")))
