"""Books made, unlocked, locked, given another passphrase, and erased."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.currencies import EXPONENTS
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.workbench.entries import Settings
from fanshare.flows import passkeys as questions
from fanshare.flows import workbench_books, workbench_keys, workbench_lock, workbench_passkeys
from fanshare.flows.workbench_books import Open
from fanshare.flows.workbench_lock import Made, Opened
from fanshare.web import passkeys, site
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.workbench.bench import (
    Bench,
    back_to,
    benched,
    by_passkey,
    page,
    secret,
    to_ask,
    typed,
    unlock_page,
    unlocked,
)


@benched(form=True)
def start(bench: Bench) -> Any:
    """Make books: a passphrase twice, a currency; then the recovery code, shown once."""
    if bench.kept is not None:
        return HttpResponseRedirect(reverse("workbench"))
    usual = bench.usual
    if bench.request.method != "POST":
        return _start(bench, usual.currency)
    chosen = str(bench.request.POST.get("currency", ""))[:3]
    try:
        settings = Settings(_currency(chosen), usual.zone)
        made = workbench_lock.make(bench.conn, bench.desk.keys, bench.owner, _new(bench), bench.now)
        workbench_books.set_up(Open(bench.conn, bench.account, made.opened.key), settings)
    except FanshareError as error:
        return _start(bench, chosen, plain(error), error.status)
    return _code(bench, made, first=True)


@benched(form=True)
def unlock(bench: Bench) -> Any:
    """Ask for the passphrase or a passkey that she let, and go where she wanted to."""
    wanted = back_to(bench.request.POST.get("next", "") or bench.request.GET.get("next", ""))
    if bench.kept is None:
        return HttpResponseRedirect(reverse("workbench_start"))
    if bench.request.method != "POST":
        return HttpResponseRedirect(wanted) if bench.key else unlock_page(bench, next=wanted)
    try:
        opened = unlocked(bench)
    except FanshareError as error:
        return unlock_page(bench, plain(error), error.status, next=wanted)
    bench.hold(opened)
    return HttpResponseRedirect(wanted)


@benched(form=True)
def recover(bench: Bench) -> Any:
    """The passphrase is lost: the recovery code opens the books and is used up by it."""
    if bench.kept is None:
        return HttpResponseRedirect(reverse("workbench_start"))
    if bench.request.method != "POST":
        return page(bench, "workbench/recover.html", {"problem": ""})
    try:
        code, new = typed(bench, "code", 100), _new(bench)
        made = workbench_lock.recover(bench.conn, bench.desk.keys, bench.owner, code, new, bench.now)
    except FanshareError as error:
        return page(bench, "workbench/recover.html", {"problem": plain(error)}, status=error.status)
    return _code(bench, made)


@benched(form=True)
def lock(bench: Bench) -> Any:
    """What keeps the books, and what does not; lock them here, or everywhere."""
    if bench.request.method == "POST":
        site.of(bench.request).keyring.drop(bench.request.session.session_key)
        if bench.request.POST.get("where") == "everywhere":
            workbench_lock.lock_everywhere(bench.conn, bench.account)
        return HttpResponseRedirect(reverse("workbench_lock"))
    if bench.kept is None:
        return HttpResponseRedirect(reverse("workbench_start"))
    return _keys(bench)


@benched(form=True)
def passphrase(bench: Bench) -> Any:
    """Another passphrase; the one there is is asked for once more."""
    if bench.request.method != "POST" or not bench.key:  # what was typed here is never carried
        return HttpResponseRedirect(reverse("workbench_lock"))
    try:
        new = _new(bench)
        opened = workbench_lock.change(bench.conn, bench.desk.keys, bench.owner, secret(bench, "old"), new, bench.now)
    except FanshareError as error:
        return _keys(bench, {"passphrase": plain(error)}, error.status)
    bench.hold(opened)
    return HttpResponseRedirect(f"{reverse('workbench_lock')}?kept=1")


@benched(form=True)
def code(bench: Bench) -> Any:
    """Another recovery code, shown once; the one before opens nothing any more."""
    if bench.request.method != "POST" or not bench.key:  # what was typed here is never carried
        return HttpResponseRedirect(reverse("workbench_lock"))
    try:
        made = workbench_lock.another_code(bench.conn, bench.desk.keys, bench.owner, secret(bench, "old"), bench.now)
    except FanshareError as error:
        return _keys(bench, {"code": plain(error)}, error.status)
    return _code(bench, made)


@benched(form=True)
def let_passkey(bench: Bench) -> Any:
    """Let a passkey of hers open the books: with the passphrase once more, and under her finger."""
    sent = by_passkey(bench, questions.LET)
    if bench.request.method != "POST" or not bench.key or sent is None:  # what was typed here is never carried
        return HttpResponseRedirect(reverse("workbench_lock"))
    typed_in = secret(bench, "old")
    try:
        workbench_passkeys.let(bench.conn, bench.desk.keys, bench.owner, typed_in, sent, bench.now)
    except FanshareError as error:
        return _keys(bench, {"passkeys": plain(error)}, error.status)
    return HttpResponseRedirect(f"{reverse('workbench_lock')}?kept=passkey")


@benched(form=True, fresh=True)
def end_passkey(bench: Bench) -> Any:
    """Have a passkey open the books no longer: it asks who she is, since it may be the only key she has left."""
    if bench.request.method == "POST" and bench.kept is not None:
        turn = workbench_passkeys.end(bench.conn, bench.desk.keys, bench.owner, typed(bench, "passkey", 64), bench.now)
        if turn is not None and bench.key:
            bench.hold(Opened(bench.key, turn))
    return HttpResponseRedirect(reverse("workbench_lock"))


@benched(form=True, fresh=True)
def erase(bench: Bench) -> Any:
    """Remove the books, with a typed word: also for whoever lost passphrase and code."""
    if bench.request.method != "POST" or bench.kept is None:
        return HttpResponseRedirect(reverse("workbench_lock"))
    if typed(bench, "word").casefold() != _word().casefold():
        return _keys(bench, {"erase": _("Type the word to say that you mean it.")}, 422)
    try:
        workbench_lock.erase(bench.conn, bench.owner, bench.now)
    except FanshareError as error:
        return _keys(bench, {"erase": plain(error)}, error.status)
    site.of(bench.request).keyring.drop(bench.request.session.session_key)
    return HttpResponseRedirect(reverse("workbench_start"))


def _new(bench: Bench) -> str:
    """A new passphrase, typed twice. Raises ``BadInputError`` (``not_the_same``)."""
    once, twice = secret(bench, "new"), secret(bench, "again")
    if once != twice:
        raise BadInputError("not_the_same", "The two passphrases are not the same; type it twice alike.", 422)
    return once


def _currency(text: str) -> str:
    if text not in EXPONENTS:
        raise BadInputError("unknown_currency", "Choose the currency in which you keep your books.", 422)
    return text


def _word() -> str:
    return _("erase")


def _start(bench: Bench, currency: str, problem: str = "", status: int = 200) -> Any:
    context = {"problem": problem, "chosen": currency, "currencies": sorted(EXPONENTS)}
    return page(bench, "workbench/start.html", context | _limits(), status=status if status != 400 else 422)


def _code(bench: Bench, made: Made, *, first: bool = False) -> Any:
    bench.hold(made.opened)
    return page(bench, "workbench/code.html", {"code": made.code, "first": first})


def _keys(bench: Bench, problems: dict[str, str] | None = None, status: int = 200) -> Any:
    context = {
        "problems": problems or {},
        "word": _word(),
        "open": bool(bench.key),
        "kept": bench.request.GET.get("kept", ""),
        "passkeys": questions.of_account(bench.conn, bench.desk.keys, bench.account),
        "can_have_passkeys": site.of(bench.request).relying is not None,
        "options": to_ask(bench, questions.LET) if bench.key else "",
        "answer": passkeys.ANSWER,
        "made": passkeys.MADE,
    }
    return page(bench, "workbench/lock.html", context | _limits(), status=status if status != 400 else 422)


def _limits() -> dict[str, int]:
    return {"shortest": workbench_keys.SHORTEST, "longest": workbench_keys.LONGEST}
