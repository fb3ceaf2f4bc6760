"""What holds for payout runs: days of paying, the smallest payment, when two people must agree, who is not paid."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.money import Micros, format_trimmed
from fanshare.core.payout_schedule import LAST_DAY, Every, Schedule
from fanshare.core.typed_amount import typed_amount
from fanshare.flows import payee_currency, payout_schedule
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.flows.people import slug_of
from fanshare.store.queries import listing, results
from fanshare.store.queries import payee_currency as currency_rows
from fanshare.store.queries import payout_runs as rows
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.said import plain, sentence
from fanshare.web.seated import field, page, seated
from fanshare.web.wording import pointed

WEEKDAYS = tuple(map(later, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))


@seated("brand.payouts", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def rules(here: Here) -> Any:
    """The rules as they stand, and forms that change them one by one."""
    problem = ""
    if here.request.method == "POST":
        wish = field(here, "do", 20)
        try:
            if wish not in _ACTS:
                raise BadInputError("bad_wish", "There is no such rule.")
            with here.access.transaction():
                _ACTS[wish](here)
        except FanshareError as error:
            problem = plain(error)
        else:
            return HttpResponseRedirect(reverse("brand_payout_rules", args=[here.tenant.slug]) + "?kept=1")
    return page(here, "brand/payout_rules.html", _context(here, problem), status=422 if problem else 200)


def _context(here: Here, problem: str) -> dict[str, Any]:
    known = rows.rules(here.access)
    stopped = rows.all_stopped(here.access)
    people = listing.named(here.access, [party for party, _why, _at in stopped])
    schedule, following = here.tenant.schedule, here.tenant.pays(here.now, here.now)
    return {
        "problem": problem,
        "kept": here.request.GET.get("kept") == "1",
        "month_day": schedule.day if schedule is not None and schedule.every is Every.MONTH else 1,
        "weekday": schedule.day if schedule is not None and schedule.every is Every.WEEK else 1,
        "every": "" if schedule is None else str(schedule.every),
        "late": late_run(here),
        "following": "" if following is None else here.calendar.name(following),
        "last_day": LAST_DAY,
        "weekdays": [(number, _(words)) for number, words in enumerate(WEEKDAYS, 1)],
        "currencies": [
            (one, *_amounts_of(here, one, known.minimum.get(one, 0), known.two_above.get(one)))
            for one in dict.fromkeys([here.tenant.currency, *results.currencies(here.access), *known.two_above])
        ],
        "offered": " ".join(currency_rows.offered(here.access)),
        "stopped": [
            (party, named(people[party].kind, people[party].name, people[party].public_id), why, at)
            for party, why, at in stopped
        ],
        "who": here.request.POST.get("who", "")[:100],
        "reason": here.request.POST.get("reason", "")[:500],
    }


def late_run(here: Here) -> tuple[str, str] | None:
    """The day of paying whose run could not be planned yet, and why, in her words."""
    late = payout_schedule.late(here.tenant, here.now)
    return None if late is None else (here.calendar.name(late.day), sentence(late.why))


def _days(here: Here) -> None:
    every = field(here, "every", 10)
    chosen = None
    if every:
        if every not in list(Every):
            raise BadInputError("bad_schedule", "Choose a day of the month from 1 to 28, or a day of the week.")
        chosen = Schedule(Every(every), _number(field(here, f"{every}_day", 2)))
    payout_schedule.choose(here.access, here.tenant, chosen, here.now)
    noted(here.access, "payout.schedule", here.now, f"{chosen.every} {chosen.day}" if chosen else "never")


def _amounts(here: Here) -> None:
    currency = field(here, "currency", 3)
    if currency not in {here.tenant.currency, *results.currencies(here.access), *rows.rules(here.access).two_above}:
        raise BadInputError("unknown_currency", "Choose one of the currencies in which you sell.")
    least, limit = (_amount(field(here, name, 40), currency) for name in ("minimum", "two_above"))
    least = least or 0
    if least < 0 or (limit or 0) < 0:
        raise BadInputError("bad_amount", "A minimum or a limit is not below zero.")
    rows.set_rule(here.access, currency, least, limit)
    said = f"{currency}: minimum={format_trimmed(least)}, two_above={'-' if limit is None else format_trimmed(limit)}"
    noted(here.access, "payout.rule", here.now, said)


def _currencies(here: Here) -> None:
    typed = field(here, "currencies", 200).upper().replace(",", " ").split()
    payee_currency.offer(here.access, typed, here.now)


def _stop(here: Here) -> None:
    who, reason = field(here, "who", 100), field(here, "reason", 500)
    found = listing.find_party(here.access, who, slug_of(who)) if who else None
    if found is None:
        raise BadInputError("unknown_party", "Nobody here is called that; use the short name or id from a list.", 404)
    if not reason:
        raise BadInputError("reason_missing", "Say why; she reads it where her money is.")
    rows.stop(here.access, found.id, reason, here.now)
    noted(here.access, "payout.stop", here.now, f"party {found.id}")


def _go_on(here: Here) -> None:
    party = _number(field(here, "party", 18))
    if rows.go_on(here.access, party):
        noted(here.access, "payout.go_on", here.now, f"party {party}")


_ACTS: Mapping[str, Callable[[Here], None]] = {
    "days": _days,
    "amounts": _amounts,
    "currencies": _currencies,
    "stop": _stop,
    "go_on": _go_on,
}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _amount(text: str, currency: str) -> Micros | None:
    return typed_amount(text, currency) if text else None


def _typed(amount: Micros | None) -> str:
    return pointed(format_trimmed(amount)) if amount is not None else ""


def _amounts_of(here: Here, currency: str, least: Micros, limit: Micros | None) -> tuple[str, str]:
    """What stands in the two fields of a currency: what somebody wrote there before it was refused, else what holds."""
    if here.request.POST.get("do") == "amounts" and here.request.POST.get("currency") == currency:
        return here.request.POST.get("minimum", "")[:40], here.request.POST.get("two_above", "")[:40]
    return (_typed(least) if least else ""), _typed(limit)
