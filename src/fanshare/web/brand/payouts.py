"""Payouts: a dry run, runs that are planned, approved, sent as a file, and told what became of each payment."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.payout_item import UNDERWAY, Answer, Said, State
from fanshare.core.payout_runs import Change, Left, Planned, Why
from fanshare.flows import payout_runs, staff
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.flows.payout_files import answers, written
from fanshare.flows.payout_holds import refuse_if_held
from fanshare.flows.payout_runs import Told
from fanshare.store.queries import listing, payout_lists
from fanshare.store.queries import payout_runs as run_rows
from fanshare.store.queries.payout_lists import ItemRow
from fanshare.store.queries.payout_runs import Run
from fanshare.web.brand import payout_lists_as
from fanshare.web.brand.made_of import made_of
from fanshare.web.brand.payout_rules import late_run
from fanshare.web.brand.rail_words import said
from fanshare.web.brand.reconciled import of_run
from fanshare.web.brand.who import may, named
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.lists import PAGE, TICK, Asked
from fanshare.web.payee.ways import NAMES
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: Rows of a dry run that a page shows one by one.
_SHOWN = 100
_MOST_BYTES = 1_000_000
_STATES: Mapping[str, tuple[str, str, str]] = {
    State.PLANNED: ("waiting", "clock", later("planned")),
    State.APPROVED: ("waiting", "circle-check", later("approved")),
    State.SUBMITTED: ("waiting", "arrow-right", later("sent")),
    State.IN_TRANSIT: ("waiting", "arrow-right", later("on its way")),
    State.FINAL: ("ready", "circle-check", later("paid")),
    State.RETURNED: ("off", "circle-minus", later("came back")),
    State.FAILED: ("off", "circle-minus", later("not paid")),
    State.MISMATCH: ("checked", "triangle-alert", later("does not match")),
    State.UNKNOWN: ("checked", "triangle-alert", later("nobody knows")),
}
_CHANGES: Mapping[str, str] = {
    Change.NEW: later("new"),
    Change.GONE: later("not this time"),
    Change.MORE: later("more"),
    Change.LESS: later("less"),
    Change.SAME: later("the same"),
}
_WHY: Mapping[str, str] = {
    Why.NEGATIVE: later("a refund after an earlier payout; later earnings make it good"),
    Why.ERASED: later("this person has left; it stays owed, unclaimed"),
    Why.RESTORED: later("the books were restored from a backup and are being compared"),
    Why.STOPPED: later("payouts to this person are stopped"),
    Why.NO_ACCOUNT: later("waits for where her money goes: she has named no account"),
    Why.NO_FORM: later("waits for a form for the tax that you ask for"),
    Why.NO_RAIL: later("chose a provider that you don't pay by any more"),
    Why.CHANGED: later("waits until %(day)s: her account details changed"),
    Why.NO_RATE: later("waits for a rate of exchange: none of the last days is known here"),
    Why.UNFUNDED: later("waits until the brand has paid in more; who has waited longest is first"),
    Why.UNDERWAY: later("an earlier payment is under way"),
    Why.BELOW_UNIT: later("less than the smallest coin"),
    Why.BELOW_MINIMUM: later("less than your minimum"),
}


@seated("brand.money", Role.BRAND, Role.OPERATOR)
def payouts(here: Here) -> Any:
    """What a run would pay now, and the runs there were; as a file the runs."""
    if (wish := payout_lists_as.runs_asked(here)).form:
        return payout_lists_as.runs(here, wish)
    return page(here, "brand/payouts.html", _overview(here))


@seated("brand.payouts", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def plan(here: Here) -> Any:
    """Plan a run over everything that may be paid. No money moves."""
    if here.request.method != "POST":
        return HttpResponseRedirect(_all(here))
    try:
        with here.access.transaction():
            run, _plan = payout_runs.plan(here.programme, here.access.actor, here.now)
            noted(here.access, "payout.plan", here.now, f"run {run}")
    except FanshareError as error:
        return page(here, "brand/payouts.html", _overview(here, plain(error)), status=422)
    return HttpResponseRedirect(_one(here, run))


@seated("brand.money", Role.BRAND, Role.OPERATOR)
def run(here: Here, number: int) -> Any:
    """One run with its payments; as a file the payments."""
    if (wish := _items_asked(here, number)).form:
        return payout_lists_as.items(here, number, wish)
    return page(here, "brand/payout.html", _shown(here, number))


@seated("brand.payouts", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def act(here: Here, number: int) -> Any:
    """Do one thing with a run; what moves money is said first, and ticked."""
    if here.request.method != "POST":
        return HttpResponseRedirect(_one(here, number))
    wish = field(here, "do", 20)
    try:
        if wish not in _ACTS:
            raise BadInputError("bad_wish", "There is no such thing to do with a run.")
        with here.access.transaction():
            _ACTS[wish](here, number)
            noted(here.access, f"payout.{wish}", here.now, f"run {number}")
    except FanshareError as error:
        if error.code == "unknown_run":
            raise
        return page(here, "brand/payout.html", _shown(here, number, plain(error)), status=422)
    return HttpResponseRedirect(_one(here, number))


@seated("brand.payouts", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def file(here: Here, number: int) -> Any:
    """What is to be paid, as it was sent; for a run that was not sent there is none. Who takes it is noted."""
    if here.request.method != "POST":
        return HttpResponseRedirect(_one(here, number))
    refuse_if_held(here.access)
    found = _found(here, number)
    if found.submitted_at is None:
        raise BadInputError("not_sent", "This run was not sent yet; there is no file of it.", 404)
    rows = run_rows.items_of(here.access, number)
    people = listing.named(here.access, [row.party for row in rows])
    noted(here.access, "payout.file", here.now, f"run {number}")
    names = {id_: one.slug or one.public_id for id_, one in people.items()}
    response = HttpResponse(written(rows, names), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="payouts-{here.tenant.slug}-{number}.csv"'
    return response


def _approve(here: Here, number: int) -> None:
    _sure(here)
    payout_runs.approve(here.programme, number, here.access.actor, here.now)


def _take_over(here: Here, number: int) -> None:
    payout_runs.take_over(here.access, number, here.access.actor)


def _freeze(here: Here, number: int) -> None:
    payout_runs.freeze(here.access, number, here.access.actor, here.now)


def _resume(here: Here, number: int) -> None:
    _sure(here)
    payout_runs.resume(here.access, number)


def _drop(here: Here, number: int) -> None:
    _sure(here)
    payout_runs.drop(here.programme, number, here.access.actor, here.now)


def _send(here: Here, number: int) -> None:
    _sure(here)
    payout_runs.send(here.programme, number, here.access.actor, here.now)


def _paid(here: Here, number: int) -> None:
    """The ticked payments arrived."""
    _sure(here)
    told = [Told(key, Answer(Said.ARRIVED, here.now)) for key in _ticked(here)]
    payout_runs.tell(here.programme, number, told, here.access.actor, here.now)


def _back(here: Here, number: int) -> None:
    """The ticked payments came back; the payee reads why."""
    _sure(here)
    reason = field(here, "reason", 500)
    if not reason:
        raise BadInputError("reason_missing", "Say why they came back; the payees read it.")
    told = [Told(key, Answer(Said.CAME_BACK, here.now), reason) for key in _ticked(here)]
    payout_runs.tell(here.programme, number, told, here.access.actor, here.now)


def _told(here: Here, number: int) -> None:
    """A file says what became of payments: all of it or nothing."""
    _sure(here)
    sent = here.request.FILES.get("file")
    if sent is None:
        raise BadInputError("file_missing", "Choose the file first.")
    told = answers(sent.read(_MOST_BYTES + 1), _MOST_BYTES, here.now)
    payout_runs.tell(here.programme, number, told, here.access.actor, here.now)


def _decide(here: Here, number: int) -> None:
    """A person has looked at a payment that does not match."""
    _sure(here)
    arrived = {"arrived": True, "back": False}.get(field(here, "found", 10))
    if arrived is None:
        raise BadInputError("bad_wish", "Say whether it arrived or is back.")
    key, reason = field(here, "key"), field(here, "reason", 500)
    payout_runs.decide(here.programme, number, key, arrived, reason, here.access.actor, here.now)


_ACTS: Mapping[str, Callable[[Here, int], None]] = {
    "approve": _approve,
    "take_over": _take_over,
    "freeze": _freeze,
    "resume": _resume,
    "drop": _drop,
    "send": _send,
    "paid": _paid,
    "back": _back,
    "told": _told,
    "decide": _decide,
}


def _sure(here: Here) -> None:
    if field(here, "sure") != "yes":
        raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")


def _ticked(here: Here) -> list[str]:
    keys: list[str] = here.request.POST.getlist("key")[: PAGE + 1]
    if not keys:
        raise BadInputError("none_ticked", "Tick the payments that you mean.")
    return keys


def _overview(here: Here, problem: str = "") -> dict[str, Any]:
    found = payout_runs.preview(here.access, here.now)
    following = here.tenant.pays(here.now, here.now)
    shown = payout_lists_as.page_of_runs(here, wish := payout_lists_as.runs_asked(here))
    changed = [one for one in found.differences if one.change is not Change.SAME]
    converted = [one for one in found.plan.items if one.of is not None][:_SHOWN]
    told = (
        [one.party for one in changed[:_SHOWN]]
        + [one.party for one in converted]
        + [one.party for one in found.plan.left[:_SHOWN]]
    )
    people = listing.named(here.access, told)
    who = {id_: named(one.kind, one.name, one.public_id) for id_, one in people.items()}
    return {
        "problem": problem,
        "late": late_run(here),
        "totals": _totals([_paid_in(one) for one in found.plan.items]),
        "payments": len(found.plan.items),
        "changed": [(who[one.party], one, _(_CHANGES[one.change])) for one in changed[:_SHOWN]],
        "converted": [(who[one.party], one.of) for one in converted],
        "made_of": partial(made_of, here),
        "more": max(0, len(changed) - _SHOWN),
        "left": [(who[one.party], one, _why(here, one)) for one in found.plan.left[:_SHOWN]],
        "asked": wish,
        "runs": [row.run for row in shown.rows],
        "next": shown.next,
        "sums": payout_lists.sums(here.access, [row.run.id for row in shown.rows]),
        "said": payout_lists_as.run_states(),
        "may_pay": may(here, "brand.payouts"),
        "may_tax": may(here, "brand.tax"),
        "may_name": may(here, "brand.debtor"),
        "may_bill": may(here, "brand.billing"),
        "following": "" if following is None else here.calendar.name(following),
    }


def _paid_in(one: Planned) -> tuple[str, int]:
    return (one.currency, one.amount) if one.of is None else (one.of.quote.target, one.of.got)


def _why(here: Here, one: Left) -> str:
    return _(_WHY[one.why]) % {"day": here.calendar.day(one.until)}


def run_page(here: Here, number: int, *, status: int = 200, problem: str = "", **more: Any) -> Any:
    """One run with its payments, and what was just done with it."""
    return page(here, "brand/payout.html", {**_shown(here, number, problem), **more}, status=status)


def _shown(here: Here, number: int, problem: str = "") -> dict[str, Any]:
    found = _found(here, number)
    shown = payout_lists_as.page_of_items(here, number, wish := _items_asked(here, number))
    members = staff.brand_people(here.access, here.programme.keys)
    sums = payout_lists.sums(here.access, [number]).get(number, [])
    actors = [name for name in (found.planned_by, found.approved_by, found.frozen_by) if name]
    items = [_item(row) for row in shown.rows]
    return {
        "run": found,
        "made_of": partial(made_of, here),
        "problem": problem,
        "asked": wish,
        "state": payout_lists_as.run_states()[found.state],
        "by": {name: payout_lists_as.actor(name, members) for name in actors},
        "sums": sums,
        "items": items,
        "next": shown.next,
        "ticked": _all_open(items) if _ticks_all(here) else set(here.request.POST.getlist("key")),
        "all_ticked": _ticks_all(here),
        "reason": here.request.POST.get("reason", "")[:500],
        "may_pay": may(here, "brand.payouts"),
        "may_bill": may(here, "brand.billing"),
        "banks": run_rows.kinds(here.access, number) if found.submitted_at is not None else [],
        "compared": of_run(here, number, sums) if found.submitted_at is not None else None,
        "called": [(NAMES[kind], count) for kind, count in payout_lists.called(here.access, number)],
    }


def _ticks_all(here: Here) -> bool:
    """Whether the address asks for a tick at every payment that is open on this page of the list."""
    return str(here.request.method) == "GET" and here.request.GET.get(TICK, "") == "all"


def _all_open(items: list[dict[str, Any]]) -> set[str]:
    return {one["row"].key for one in items if one["open"]}


def _items_asked(here: Here, number: int) -> Asked:
    _found(here, number)
    states = {name: _(words) for name, (_kind, _icon, words) in _STATES.items()}
    return payout_lists_as.items_asked(here, states)


def _item(row: ItemRow) -> dict[str, Any]:
    kind, icon, words = _STATES[row.state]
    state = State(row.state)
    return {
        "row": row,
        "who": named(row.kind, row.name, row.public_id),
        "kind": kind,
        "icon": icon,
        "words": _(words),
        "reason": said(row.reason),
        "open": state in UNDERWAY and state is not State.MISMATCH,
        "arrived": state is State.FINAL,
        "mismatch": state is State.MISMATCH,
    }


def _found(here: Here, number: int) -> Run:
    found = run_rows.seen(here.access, number)
    if found is None:
        raise BadInputError("unknown_run", "There is no such payout run in this programme.", 404)
    return found


def _totals(amounts: list[tuple[str, int]]) -> list[tuple[str, int]]:
    sums: dict[str, int] = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, 0) + amount
    return sorted(sums.items())


def _all(here: Here) -> str:
    return str(reverse("brand_payouts", args=[here.tenant.slug]))


def _one(here: Here, number: int) -> str:
    return str(reverse("brand_payout", args=[here.tenant.slug, number]))
