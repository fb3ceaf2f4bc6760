"""Bring along what another tool holds: upload its export, look at the plan, have it moved in."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.marks import Said, of_recipe
from fanshare.core.moving import TOOLS
from fanshare.flows import moving_uploads
from fanshare.flows.authorisation import Role
from fanshare.flows.connections import connections
from fanshare.flows.moving_uploads import MOST_BYTES, MOST_FILES, Wish
from fanshare.store.queries import moving_uploads as rows
from fanshare.web.desk import Here
from fanshare.web.said import in_her_words, plain, sentence
from fanshare.web.seated import field, page, seated

_FIELDS = ("tool", "to", "country", "platform", "currency", "cents")
#: Lines of what is not taken that a page shows.
_SHOWN = 200


@seated("brand.moving", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def moving(here: Here) -> Any:
    """How far the newest upload is, its plan, and the form for another one."""
    if here.request.method != "POST":
        return _page(here)
    try:
        what = field(here, "what", 10)
        if what == "send":
            moving_uploads.send(here.programme, _sent(here), here.now)
        elif what == "do":
            moving_uploads.confirm(here.programme, _upload(here), field(here, "seen", 64), here.now)
        elif what == "drop":
            moving_uploads.give_up(here.programme, _upload(here), here.now)
        else:
            raise BadInputError("no_answer", "Press one of the buttons.")
    except FanshareError as error:
        return _page(here, plain(error))
    return HttpResponseRedirect(str(reverse("brand_moving", args=[here.tenant.slug])))


def _sent(here: Here) -> Wish:
    typed = {name: field(here, name, 500) for name in _FIELDS}
    files = here.request.FILES.getlist("files")
    contents = tuple((one.name[-120:], one.read(MOST_BYTES + 1)) for one in files[: MOST_FILES + 1])
    currency = typed["currency"].upper() or here.tenant.currency
    cents = typed["cents"] == "yes"
    return Wish(typed["tool"], contents, typed["to"], typed["country"], typed["platform"], currency, cents)


def _upload(here: Here) -> int:
    text = field(here, "upload", 18)
    if not text.isascii() or not text.isdigit():
        raise BadInputError("bad_field", "This form is not as it was sent to you; open it again.")
    return int(text)


def _page(here: Here, problem: str = "") -> Any:
    upload = rows.newest(here.access)
    plan = {} if upload is None else moving_uploads.shown(here.programme, upload)
    typed = {name: here.request.POST.get(name, "")[:500] for name in _FIELDS}
    context = {
        "upload": upload,
        "tool": TOOLS.get(upload.tool, upload.tool) if upload else "",
        "plan": plan,
        "nothing": bool(plan) and not any(plan["counts"].values()),
        "untaken": [(_what(what), _again(why)) for what, why in plan.get("untaken", [])[:_SHOWN]],
        "notes": [_again(one) for one in plan.get("notes", [])],
        "why": sentence(upload.problem) if upload and upload.problem else "",
        "tools": TOOLS,
        "typed": {**typed, "to": typed["to"] or _shop(here), "currency": typed["currency"] or here.tenant.currency},
        "countries": ad_labels.COUNTRIES.values(),
        "platforms": ad_labels.PLATFORMS,
        "most": MOST_FILES,
        "problem": problem,
    }
    return page(here, "brand/moving.html", context, status=422 if problem else 200)


def _what(told: Any) -> str:
    """What of a file was not taken; a name alone is nobody's to translate."""
    said = of_recipe(told)
    return in_her_words(said) if isinstance(said, Said) else said


def _again(told: Any) -> str:
    """A sentence of a plan as it was made, or the words of one that was written before plans kept that."""
    said = of_recipe(told)
    return in_her_words(said) if isinstance(said, Said) else sentence(said)


def _shop(here: Here) -> str:
    """The address that links lead to where nobody says another one: the first site of a shop."""
    hosts = (str(host) for shop in connections(here.programme) for host in shop.settings.get("hosts", ()))
    return next((f"https://{host}/" for host in hosts), "")
