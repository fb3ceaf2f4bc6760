"""Entering by a door of a demonstration: a page with one button for each of the people that it is tried as."""

from typing import Any

from django.shortcuts import render

from fanshare.web import site
from fanshare.web.account import doors
from fanshare.web.account.views import form
from fanshare.web.authorisation import hats, require
from fanshare.web.authorisation import sign_in as begin
from fanshare.web.errors import error_page
from fanshare.web.wanted import once_in


@require("demo.enter")
@form
def enter(request: Any, door: str) -> Any:
    """One button, as with a link that was mailed: looking signs nobody in. ``to`` says where it leads."""
    words = next(((who, what) for known, who, what in doors.shown(request) if known == door), None)
    if words is None:
        return error_page(request, 404)
    if request.method != "POST":
        return render(request, "account/demo_door.html", {"who": words[0], "what": words[1]})
    entered = site.of(request).accounts.enter_by_door(door)
    if not entered.seats:
        return error_page(request, 404)
    begin(request, entered.seats, entered.account)
    return once_in(request, hats(request), str(request.GET.get("to", "")))
