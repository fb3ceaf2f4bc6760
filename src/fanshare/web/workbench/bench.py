"""What every page of the workbench has in common: the right to it, a connection, books that are open, the frame.

A form that arrives while the books are locked is not lost: the page that asks for passphrase or passkey carries it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import Instant, local_date, zone
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Settings
from fanshare.flows import passkeys as questions
from fanshare.flows import workbench_books, workbench_due, workbench_lock, workbench_mail, workbench_passkeys
from fanshare.flows.authorisation import Hat, Role, Seat
from fanshare.flows.signed_in import Owner
from fanshare.flows.workbench_books import Open
from fanshare.flows.workbench_lock import Opened
from fanshare.flows.workbench_passkeys import Sent
from fanshare.store.queries import tenants, workbench
from fanshare.store.queries.workbench import Kept
from fanshare.web import passkeys, site
from fanshare.web.authorisation import account_of, hats, private, require
from fanshare.web.desk import Connection, Desk
from fanshare.web.errors import error_page
from fanshare.web.frame import frame
from fanshare.web.fresh import unproved
from fanshare.web.owner import owner_of
from fanshare.web.pages_port import is_path
from fanshare.web.said import plain
from fanshare.web.wording import Calendar

type View = Callable[..., Any]

#: The field of the passphrase, beside those of a form that is sent on.
PASSPHRASE = "passphrase_of_the_books"  # noqa: S105 - the name of a field
#: Settings of books that hold none.
EMPTY = Settings("EUR")
_NOT_SENT_ON = {"csrfmiddlewaretoken", "username", PASSPHRASE, passkeys.ANSWER, passkeys.MADE}
_LONGEST_MADE = 64


@dataclass(frozen=True, slots=True)
class Bench:
    """One request at a workbench. ``kept`` is ``None`` before there are books, ``key`` is empty while locked."""

    request: Any
    hat: Hat
    worn: tuple[Hat, ...]
    conn: Connection
    now: Instant
    desk: Desk
    account: bytes
    kept: Kept | None = None
    key: bytes = field(default=b"", repr=False)
    #: The days of the books, as her settings have them once they are open.
    zone_name: str = "UTC"

    @property
    def others(self) -> tuple[Hat, ...]:
        """Her other hats."""
        return tuple(one for one in self.worn if one.role is not Role.BENCH)

    @property
    def calendar(self) -> Calendar:
        """Dates as her books write them."""
        return Calendar(zone(self.zone_name), self.now)

    @property
    def owner(self) -> Owner:
        """Whose books, who acts, and where she is told of their keys: where only their mails know it, there."""
        seat, found = self.worn[0].seat, owner_of(self.request)
        asked = None if found.address else workbench_mail.known(self.conn, self.desk.keys, self.account)
        address = found.address if asked is None else asked.address
        return replace(found, account=self.account, actor=f"{seat.role}:{seat.id}", address=address)

    @property
    def books(self) -> Open:
        """The open books."""
        return Open(self.conn, self.account, self.key)

    @property
    def usual(self) -> Settings:
        """What new books begin with: the currency and the days of her first programme."""
        for hat in self.worn:
            if hat.role is Role.CREATOR:
                tenant = tenants.by_id(self.conn, hat.seat.programme_id)
                return Settings(tenant.currency, tenant.time_zone)
        return Settings("EUR")

    def shelf(self) -> Shelf:
        """Everything that stands in the open books."""
        found = workbench_books.load(self.books, EMPTY)
        if self.request.method == "GET":
            workbench_due.tell(self.conn, self.account, found, local_date(self.now, zone(found.settings.zone)))
        return found

    def hold(self, opened: Opened) -> None:
        """Keep the key of books that were just opened, for this session."""
        keyring = site.of(self.request).keyring
        keyring.hold(self.request.session.session_key, self.account, opened.turn, opened.key, self.now)


def benched(*, form: bool = False, fresh: bool = False, opened: bool = False) -> Callable[[View], View]:
    """A page of the workbench; the view gets a ``Bench``. Without ``form`` it can only be read.

    ``fresh`` asks whoever sends it to show that it is she; ``opened`` asks for the passphrase while the books are
    locked, and leads to making books where there are none.
    """

    def guard(view: View) -> View:
        @require("workbench")
        @wraps(view)
        def seated(request: Any, **arguments: Any) -> Any:
            methods = {"GET", "HEAD", "POST"} if form else {"GET", "HEAD"}
            if request.method not in methods:
                response = error_page(request, 405)
                response.headers["Allow"] = ", ".join(sorted(methods))
                return private(response)
            if fresh and (asked := unproved(request)) is not None:
                return asked
            if not account_of(request):
                raise FanshareError("sign_in_anew", "This session is too old for this page; sign in anew.", 409)
            desk = site.of(request).desk
            with desk.open() as conn:
                bench = _at(request, conn, desk)
                if opened and not bench.key:
                    answer, bench = _let_in(bench)
                    if answer is not None:
                        return private(answer)
                return private(view(bench, **arguments))

        return seated

    return guard


def page(bench: Bench, template: str, context: dict[str, Any], *, status: int = 200) -> Any:
    """A page in its frame."""
    whole = {"here": bench, "calendar": bench.calendar, "frame": frame(bench), **context}
    return render(bench.request, template, whole, status=status)


def secret(bench: Bench, name: str) -> str:
    """A passphrase as it was typed, spaces and all."""
    text: str = bench.request.POST.get(name, "")
    return text[:1_000]


def by_passkey(bench: Bench, purpose: str) -> Sent | None:
    """What a passkey answered to a question for that purpose; ``None`` where none was used, or this site has none."""
    asking = passkeys.asking(bench.request, purpose)
    if asking is None or not passkeys.answer(bench.request):
        return None
    made: str = bench.request.POST.get(passkeys.MADE, "")
    return Sent(asking, passkeys.answer(bench.request), made[:_LONGEST_MADE])


def to_ask(bench: Bench, purpose: str) -> str:
    """What the script asks the browser with, for that purpose; empty where no passkey of hers would do."""
    asking = passkeys.asking(bench.request, purpose)
    if asking is None:
        return ""
    asked = workbench_passkeys.ask(bench.conn, bench.desk.keys, bench.account, asking, bench.now)
    return "" if asked is None else passkeys.to_open(asking, asked.offer, asked.salt)


def unlocked(bench: Bench) -> Opened:
    """Open the books by what was sent, a passkey's answer or a passphrase. Raises as the flows do."""
    conn, keys = bench.conn, bench.desk.keys
    sent = by_passkey(bench, questions.OPEN)
    if sent is not None:
        return workbench_passkeys.unlock(conn, keys, bench.account, sent, bench.now)
    return workbench_lock.unlock(conn, keys, bench.account, secret(bench, PASSPHRASE), bench.now)


def unlock_page(bench: Bench, problem: str = "", status: int = 200, **context: Any) -> Any:
    """Ask for passphrase or passkey; ``fields`` are those of a form that waits, ``next`` is where to go."""
    usual = {"fields": [], "carried": False, "next": "", "field": PASSPHRASE, "problem": problem}
    how = {"options": to_ask(bench, questions.OPEN), "answer": passkeys.ANSWER, "made": passkeys.MADE}
    return page(bench, "workbench/unlock.html", {**usual, **how, **context}, status=status)


def typed(bench: Bench, name: str, most: int = 300) -> str:
    """One field of a form. Raises ``BadInputError`` (``bad_field``)."""
    text: str = bench.request.POST.get(name, "").strip()
    if len(text) > most or "\x00" in text:
        raise BadInputError("bad_field", "A field of this form holds more than it may; shorten it.")
    return text


def back_to(wanted: str) -> str:
    """Where to go after unlocking: a page of the workbench and no other."""
    first = str(reverse("workbench"))
    return wanted if is_path(wanted) and (wanted == first or wanted.startswith(f"{first}/")) else first


def _at(request: Any, conn: Connection, desk: Desk) -> Bench:
    worn = tuple(hat for hat in hats(request) if hat.role in (Role.CREATOR, Role.BENCH))
    rest = tuple(hat for hat in hats(request) if hat not in worn)
    account, now = account_of(request), desk.clock()
    kept = workbench.find(conn, account)
    keyring, session = site.of(request).keyring, request.session.session_key
    key = None if kept is None else keyring.key(session, account, kept.turn, now)
    hat = Hat(Seat(Role.BENCH, 0, 0))
    return Bench(request, hat, worn + rest, conn, now, desk, account, kept, key or b"")


def _let_in(bench: Bench) -> tuple[Any, Bench]:
    """What to answer instead of the page, if anything, and the bench with its books open."""
    request = bench.request
    if bench.kept is None:
        return HttpResponseRedirect(reverse("workbench_start")), bench
    if request.method != "POST":
        return HttpResponseRedirect(f"{reverse('workbench_unlock')}?next={request.path}"), bench
    problem, status = "", 401
    if PASSPHRASE in request.POST or by_passkey(bench, questions.OPEN):
        try:
            opened = unlocked(bench)
        except FanshareError as error:
            problem, status = plain(error), error.status
        else:
            bench.hold(opened)
            return None, replace(bench, key=opened.key)
    fields = [(name, text) for name, texts in request.POST.lists() if name not in _NOT_SENT_ON for text in texts]
    return unlock_page(bench, problem, status, fields=fields, carried=True), bench
