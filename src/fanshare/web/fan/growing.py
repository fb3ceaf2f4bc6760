"""A fan under 18 says that she is 18 now. Nobody asks for a birthday, and nobody but she says it."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.flows import sign_in, young
from fanshare.flows.authorisation import Role
from fanshare.web.authorisation import account_of, hats
from fanshare.web.authorisation import sign_in as begin
from fanshare.web.desk import Here
from fanshare.web.seated import page, seated


@seated("fan.of_age", Role.YOUNG, form=True, fresh=True)
def of_age(here: Here) -> Any:
    """What changes, and the one button; pressed, she is a fan like the others and this visit goes on as hers."""
    if here.request.method != "POST":
        return page(here, "fan/of_age.html", {})
    young.grow(here.programme, here.me, here.now)
    seats = tuple(sign_in.grown(hat.seat, here.hat.seat) for hat in hats(here.request))
    begin(here.request, seats, account_of(here.request))
    return HttpResponseRedirect(reverse("fan_home", args=[here.tenant.slug]))
