"""Whose account it is that signs in, for what is written down and mailed about it."""

from typing import Any

from fanshare.flows.signed_in import Owner
from fanshare.web import language, site
from fanshare.web.authorisation import account_of, hats


def owner_of(request: Any) -> Owner:
    """The first thing that she is, and where and in what language she is told what happens to her account."""
    account, seats = account_of(request), [hat.seat for hat in hats(request)]
    address = site.of(request).accounts.address_of(seats, account) if account else ""
    return Owner(account, actor_of(request), address, language.of_visitor(request))


def actor_of(request: Any) -> str:
    """Who did something, as the audit says it: the first thing that she is."""
    seat = hats(request)[0].seat
    return f"{seat.role}:{seat.id}"
