"""Codes of a plan for many creators or fans at once: who would get one, the asking, and how far the shop is."""

from typing import Any

from fanshare.core import ad_labels
from fanshare.core.errors import FanshareError
from fanshare.flows import bulk_codes, groups
from fanshare.flows.authorisation import Role
from fanshare.flows.bulk_codes import Asked, Looked, Wanted
from fanshare.flows.code_plans import plans
from fanshare.store.queries import bulk_codes as rows
from fanshare.web.brand.code_words import gives
from fanshare.web.brand.codes import STATES
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_FIELDS = ("plan", "whom", "group", "names", "country", "platform")
_LONGEST = 40_000


@seated("brand.codes", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def several(here: Here) -> Any:
    """The form, what would become of it, and the asking."""
    typed = dict.fromkeys(_FIELDS, "")
    if here.request.method != "POST":
        return _form(here, typed)
    try:
        typed = {name: field(here, name, _LONGEST if name == "names" else 60) for name in _FIELDS}
        names = bulk_codes.read_names(typed["names"])
        wanted = Wanted(typed["plan"], typed["whom"], typed["country"], typed["platform"], typed["group"], names)
        if field(here, "what", 10) == "ask":
            return _form(here, typed, done=bulk_codes.ask(here.programme, wanted, here.now))
        looked = bulk_codes.look(here.programme, wanted)
    except FanshareError as error:
        return _form(here, typed, problem=plain(error))
    return _form(here, typed, looked=looked)


def _form(
    here: Here, typed: dict[str, str], *, looked: Looked | None = None, done: Asked | None = None, problem: str = ""
) -> Any:
    counts = rows.states(here.access)
    context = {
        "typed": typed,
        "problem": problem,
        "looked": looked,
        "done": done,
        "refused": [(plain(error), count) for error, count in done.refused] if done else [],
        "plans": [
            (
                one.plan.name,
                gives(one.plan.discount, here.calendar),
                [(_(STATES[s][0]), n) for s, n in sorted(found.items())],
            )
            for one in plans(here.programme)
            for found in (counts.get(one.plan.name, {}),)
        ],
        "groups": sorted(groups.names(here.programme, here.now)),
        "countries": ad_labels.COUNTRIES.values(),
        "platforms": ad_labels.PLATFORMS,
        "most": bulk_codes.MOST,
    }
    return page(here, "brand/many_codes.html", context, status=422 if problem else 200)
