"""Setting up a programme: six steps through the pages where each is done. Any can be left and taken up again."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from markupsafe import escape

from fanshare.core.errors import BadInputError
from fanshare.flows import set_up, terms_draft
from fanshare.flows.authorisation import Role
from fanshare.flows.health import connection_health
from fanshare.flows.set_up import State, Step
from fanshare.web.brand.connections import KINDS
from fanshare.web.brand.terms_means import bars
from fanshare.web.brand.who import may
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@seated("brand.start", Role.BRAND, Role.OPERATOR, proposed=True)
def start(here: Here) -> Any:
    """The steps, how far each is, and the one that comes next."""
    return _page(here)


@seated("brand.start.say", Role.BRAND, Role.OPERATOR, form=True, proposed=True)
def say(here: Here) -> Any:
    """An answer to a step: one brand or several, done, for later, or taken up again."""
    address = str(reverse("brand_start", args=[here.tenant.slug]))
    if here.request.method != "POST":
        return HttpResponseRedirect(address)
    try:
        step = _say(here)
    except BadInputError as error:
        return _page(here, problem=plain(error))
    return HttpResponseRedirect(f"{address}#{step}")


def _say(here: Here) -> str:
    step, what = field(here, "step", 20), field(here, "what", 20)
    if what == "brands":
        if field(here, "brands", 20) not in ("one", "several"):
            raise BadInputError("no_answer", "Say whether there is one brand or several.")
        set_up.decide_brands(here.access, several=field(here, "brands") == "several", now=here.now)
        return Step.BRANDS
    ways = {"later": set_up.leave, "again": set_up.take_up, "done": set_up.finish}
    if what not in ways:
        raise BadInputError("no_answer", "Press one of the buttons of a step.")
    ways[what](here.access, step, here.now)
    return step


def _page(here: Here, *, problem: str = "") -> Any:
    found, newest = set_up.look(here.access), here.programme.book.newest
    figures = terms_draft.fields(newest)
    looked = terms_draft.look(here.programme, terms_draft.drafted(newest, figures), here.tenant.currency, here.now)
    join = here.request.build_absolute_uri(reverse("join", args=[here.tenant.slug]))
    context = {
        "facts": found.facts,
        "steps": {step.value: state.value for step, state in found.steps.items()},
        "headings": _headings(),
        "states": _states(),
        "done": sum(state is State.DONE for state in found.steps.values()),
        "complete": found.complete,
        "sayable": {step.value for step in set_up.SAYABLE},
        "newest": newest,
        "worked": bars(looked)[0],
        "shops": [
            (_(KINDS.get(one.kind, one.kind)), one.shop, one.health, one.id)
            for one in connection_health(here.access, here.now)
        ],
        "join": join,
        "message": _message(here, join),
        "thanks": _thanks(f"{join}/share?fs=FS_PATH"),
        "may_say": may(here, "brand.start.say"),
        "may_connect": may(here, "connections.change"),
        "may_move": may(here, "brand.moving"),
        "may_team": may(here, "brand.team"),
        "problem": problem,
    }
    return page(here, "brand/start.html", context, status=422 if problem else 200)


def _headings() -> dict[str, str]:
    return {
        Step.BRANDS.value: _("One brand, or several?"),
        Step.TERMS.value: _("Your terms"),
        Step.SHOP.value: _("Your shop"),
        Step.ADMISSION.value: _("Who may join"),
        Step.INVITE.value: _("Invite creators"),
        Step.MOVING.value: _("Bring along what you have"),
    }


def _states() -> dict[str, tuple[str, str, str]]:
    """State of a step -> colour, icon and words."""
    return {
        State.DONE.value: ("ready", "circle-check", _("done")),
        State.NOW.value: ("waiting", "arrow-right", _("next")),
        State.OPEN.value: ("waiting", "clock", _("open")),
        State.LATER.value: ("waiting", "pause", _("left for later")),
    }


def _message(here: Here, join: str) -> str:
    """What can be sent to somebody whom the brand likes. It promises nothing but what the page behind it computes."""
    said = _(
        "Hello, we like what you make. With %(brand)s you and your fans share what your links sell, from the first "
        "sale on."
    )
    more = _("What a sale would bring you, and how to join:")
    return f"{said % {'brand': here.tenant.name}}\n{more} {join}"


def _thanks(address: str) -> list[tuple[str, str]]:
    """What a shop shows whoever has bought, each with where it goes; it speaks as the shop."""
    words = _("Did you like it? Get a link of your own: you earn a part when a friend buys through it.")
    link = f'<p><a href="{escape(address)}">{escape(words)}</a></p>'
    return [(_("In the thank-you page"), link), (_("In the order mail"), f"{words}\n{address}")]
