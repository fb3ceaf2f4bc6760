"""Who runs this installation, who looks after its programmes, and the programmes themselves."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.flows import parting, programmes, staff
from fanshare.flows.authorisation import Post
from fanshare.flows.staff import Member
from fanshare.store.queries import tenants
from fanshare.store.queries.tenants import Tenant
from fanshare.web.brand.who import posts
from fanshare.web.operator.office import Office, operated, page, some_programmes
from fanshare.web.said import plain

_LONGEST = 300
_FOUNDING = ("name", "currency", "country", "time_zone", "slug", "contact", "owner")


@dataclass(frozen=True, slots=True)
class House:
    """One programme and the people who look after it."""

    tenant: Tenant
    members: list[Member]


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
    listed, more = some_programmes(here)
    context = {
        "operators": staff.operators(here.conn, here.desk.keys),
        "houses": [House(one, staff.brand_people(here.access(one), here.desk.keys)) for one in listed],
        "choices": tenants.all_tenants(here.conn),
        "posts": posts(),
        "more": more,
        "problem": problem,
        "typed": {name: _field(here, name, strict=False) for name in ("address", "programme", "post")},
        "me": here.hat.seat.id,
    }
    return page(here, "operator/people.html", context, status=422 if problem else 200)


def _change(here: Office) -> None:
    address, slug = _field(here, "address"), _field(here, "programme")
    keys, now = here.desk.keys, here.now
    ends = _field(here, "what") == "end"
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
    elif _field(here, "post") not in list(Post):
        raise BadInputError("bad_post", "Say what she does for the brand.")
    else:
        staff.add_brand_person(access, tenant.public_id, keys, address, now, post=Post(_field(here, "post")))


@operated("operator.change", form=True, fresh=True)
def all_programmes(here: Office) -> Any:
    """The programmes of this installation, and a form that founds another one."""
    problem = ""
    typed = {name: _field(here, name, strict=False) for name in _FOUNDING}
    if here.request.method == "POST":
        try:
            made = programmes.found(
                here.conn, here.desk.keys, _wished(here), here.now, here.actor, owner=_field(here, "owner")
            )
        except FanshareError as error:
            problem = plain(error)
        else:
            return HttpResponseRedirect(f"{reverse('operator_programmes')}?founded={made.slug}")
    listed, more = some_programmes(here)
    founded = tenants.tenant(here.conn, here.request.GET.get("founded", "")[:100])
    rows = [(one, tenants.newest_terms(here.conn, one)) for one in listed]
    context = {"rows": rows, "more": more, "problem": problem, "typed": typed, "founded": founded}
    return page(here, "operator/programmes.html", context, status=422 if problem else 200)


def _wished(here: Office) -> Any:
    name, currency, country, time_zone, slug, contact, _ = (_field(here, one) for one in _FOUNDING)
    demo = any(one.demo for one in tenants.all_tenants(here.conn))
    return programmes.checked(name, currency, country, time_zone or "UTC", slug=slug, contact=contact, demo=demo)


def _field(here: Office, name: str, *, strict: bool = True) -> str:
    text: str = here.request.POST.get(name, "").strip()
    if strict and (len(text) > _LONGEST or "\x00" in text):
        raise BadInputError("bad_field", "A field of this form holds more than it may; shorten it.")
    return text[:_LONGEST].replace("\x00", "")
