"""Settings: the name by which people see her, and one line for each place where something else of hers is chosen."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import BadInputError
from fanshare.flows import shown_names
from fanshare.flows.authorisation import Role
from fanshare.flows.joining import LONGEST_NAME
from fanshare.web.desk import Here
from fanshare.web.fresh import unproved
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated
from fanshare.web.templating import url


@dataclass(frozen=True, slots=True)
class Line:
    """One place: where it is, what it is called, and what is chosen there."""

    href: str
    icon: str
    title: str
    about: str


@seated("account.settings", Role.CREATOR, Role.FAN, form=True)
def settings(here: Here) -> Any:
    """All that can be set, and the form for the name."""
    typed, problem = here.hat.name, ""
    if here.request.method == "POST":
        if (asked := unproved(here.request)) is not None:
            return asked
        try:
            typed = field(here, "name")
            shown_names.rename(here.programme, here.me, here.hat.role, typed, here.now)
        except BadInputError as error:
            problem = plain(error)
        else:
            return HttpResponseRedirect(f"{here.request.path}?kept=1")
    is_creator = here.hat.role is Role.CREATOR
    context = {
        "typed": typed,
        "problem": problem,
        "most": LONGEST_NAME,
        "is_creator": is_creator,
        "kept": here.request.GET.get("kept") == "1",
        "groups": ((_("How you read and are written to"), _reading(here)), (_("Your money"), _money(here)),
                   (_("Your account"), _account(here))),
    }  # fmt: skip
    return page(here, "account/settings.html", context, status=422 if problem else 200)


def _reading(here: Here) -> list[Line]:
    slug = here.tenant.slug
    lines = [
        Line(
            url("language"),
            "calendar-days",
            _("Language, time zone, currency"),
            _("In which you read, wherever you sign in."),
        ),
        Line(url("mails", slug), "mail", _("Mails"), _("How soon you are told what happened, or not at all.")),
    ]
    if here.hat.role is Role.CREATOR:
        about = _("Until when you are away, and in which hours nothing is mailed to you.")
        return [*lines, Line(url("creator_off_time", slug), "clock", _("Away and quiet hours"), about)]
    about = _("Which creator sees a name of yours, and which one.")
    return [*lines, Line(url("fan_creators", slug), "users", _("My creators"), about)]


def _money(here: Here) -> list[Line]:
    slug = here.tenant.slug
    return [
        Line(url("payee", slug), "wallet", _("Where your money goes"), _("The account, and the currency of payouts.")),
        Line(
            url("payee_billing", slug),
            "receipt",
            _("Credit notes"),
            _("Whether they are written in your name, and with which tax."),
        ),
        Line(url("payee_tax", slug), "file-text", _("Forms for the tax"), _("What the brand asks for before it pays.")),
    ]


def _account(here: Here) -> list[Line]:
    return [
        Line(url("safety"), "badge-check", _("Safety"), _("Passkeys, authenticator app, where you are signed in.")),
        Line(url("address"), "mail", _("Your address"), _("You sign in with it, and mails go there.")),
        Line(
            url("leave", here.tenant.slug),
            "log-out",
            _("Your data, or leave"),
            _("A copy of what is kept about you; or leave for good."),
        ),
    ]
