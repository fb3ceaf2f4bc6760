"""Not right? Whoever has a line writes what is wrong with it; what became of it stands on the same page."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY
from fanshare.flows import appeals
from fanshare.flows.authorisation import Role
from fanshare.store.queries import appeals as queries
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@seated("appeals.make", Role.CREATOR, Role.FAN, form=True)
def object_to(here: Here, token: str) -> Any:
    """One line of hers: what she said about it, what was answered, and room to say something."""
    found = queries.line(here.access, token, _parties(here))
    if found is None:
        raise BadInputError("unknown_line", "You have no such line.", 404)
    order, party = found
    problem, status = "", 200
    if here.request.method == "POST":
        try:
            appeals.appeal(here.programme, order, party, field(here, "words", appeals.LONGEST), here.now)
        except FanshareError as error:
            problem, status = plain(error), 422
        else:
            return HttpResponseRedirect(here.request.path)
    mine = [one for one in queries.listed(here.access, order=order) if one.party == party]
    context = {
        "token": token,
        "typed": here.request.POST.get("words", "")[: appeals.LONGEST],
        "problem": problem,
        "open": any(one.ruling is None for one in mine),
        "said": [
            (one, appeals.words_of(here.programme, one.person, one.id), one.at + appeals.ANSWER_DAYS * DAY)
            for one in reversed(mine)
        ],
    }
    return page(here, "appeals/object.html", context, status=status)


def _parties(here: Here) -> list[int]:
    """What she is in this programme: her lines may be of several hats."""
    hats = [hat for hat in (here.hat, *here.others) if hat.seat.programme_id == here.tenant.id]
    return [hat.seat.id for hat in hats if hat.role in (Role.CREATOR, Role.FAN)]
