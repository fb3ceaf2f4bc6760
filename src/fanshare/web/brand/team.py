"""Who looks after a programme and as what, and what was done in it by whom."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.factor_rule import GRACE
from fanshare.core.instants import DAY, format_rfc3339
from fanshare.flows import audit, factor_rule, invitations, staff, staff_leaving
from fanshare.flows.authorisation import Post, Role
from fanshare.flows.staff import Member
from fanshare.store.queries import factor_rules
from fanshare.web import language, site
from fanshare.web.authorisation import account_of
from fanshare.web.brand.who import posts
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, by_number, taken
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_COLUMNS = ("at", "who", "what", "about")


@seated("brand.team", Role.BRAND, Role.OPERATOR, form=True, fresh=True, proposed=True)
def team(here: Here) -> Any:
    """Her colleagues: listed, let in, ended; beneath them what was done."""
    problem = ""
    members = staff.brand_people(here.access, here.programme.keys)
    if here.request.method == "POST":
        try:
            told = _change(here)
        except FanshareError as error:
            problem = plain(error)
        else:
            there = reverse("brand_team", args=[here.tenant.slug])
            return HttpResponseRedirect(f"{there}?sent={told}" if told else there)
    actions = {name: _(words) for name, words in audit.WHAT.items()}
    spec = Spec({"what": (_("what"), actions)}, {"newest": _("newest first")}, _("about what"))
    wish = asked(here.request.GET, spec, here.zone)
    found = audit.lines(
        here.access.conn,
        programme=here.tenant.id,
        limit=wish.limit + 1,
        what=wish.chosen["what"],
        text=wish.text,
        before=wish.before,
        **wish.span,
    )
    shown = taken(wish, list(found), by_number)
    rows = [(row, _who(row.actor, members)) for row in shown.rows]
    if wish.form:
        return exported(wish.form, "audit", (_document(*one) for one in rows), _COLUMNS, cut=shown.cut)
    context = {
        "members": members,
        "me": here.me if here.hat.role is Role.BRAND else 0,
        "posts": posts(),
        "asked_since": factor_rules.of_brand(here.access),
        "grace": GRACE // DAY,
        "problem": problem,
        "told": here.request.GET.get("sent", "")[:10],
        "sends_mail": site.of(here.request).accounts.sends_mail,
        "sign_in": here.request.build_absolute_uri(reverse("sign_in")),
        "typed": {name: here.request.POST.get(name, "")[:300] for name in ("address", "post")},
        "asked": wish,
        "rows": [(row, who, actions[row.what]) for row, who in rows],
        "next": shown.next,
    }
    return page(here, "brand/team.html", context, status=422 if problem else 200)


def _change(here: Here) -> str:
    """Do what the form asks; whether somebody is ``in`` or was ``mailed`` again, which the page then says."""
    address, keys, public_id = field(here, "address"), here.programme.keys, here.tenant.public_id
    if field(here, "what") == "end":
        staff_leaving.end_colleague(here.access, public_id, keys, address, here.now)
        return ""
    if field(here, "what") == "ask_factor":
        factor_rule.ask_brand(here.access, account_of(here.request), here.now)
        return ""
    if field(here, "what") == "let_factor":
        factor_rule.let_brand(here.access, here.now)
        return ""
    mails, said = site.of(here.request).accounts.sends_mail, language.of_visitor(here.request)
    if field(here, "what") == "invite":
        if not mails:
            raise ConflictError("no_mail", "Mail is not set up here; tell her yourself where she signs in.")
        if not invitations.invite(here.access, public_id, keys, address, said, here.now):
            raise ConflictError("just_invited", "A mail went to her within this hour; wait before you send another.")
        return "mailed"
    if field(here, "post") not in list(Post):
        raise BadInputError("bad_post", "Say what she does for the brand.")
    post = Post(field(here, "post"))
    with here.access.transaction():
        if not staff.add_brand_person(here.access, public_id, keys, address, here.now, post=post):
            raise ConflictError("known", "She looks after this programme already; end her first to change as what.")
        if mails:
            invitations.invite(here.access, public_id, keys, address, said, here.now)
    return "in"


def _who(actor: str, members: list[Member]) -> str:
    """A colleague by her address; an operator as one, whoever it is; everything else as it is written down."""
    if actor.startswith("operator:"):
        return _("an operator")
    return next((one.address for one in members if actor == f"brand:{one.id}"), actor)


def _document(row: audit.Line, who: str) -> dict[str, Any]:
    return {"at": format_rfc3339(row.at), "who": who, "what": row.what, "about": row.about}
