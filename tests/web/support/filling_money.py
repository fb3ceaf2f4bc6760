"""Rows for the lists about money: runs and their payments, what is owed, credit notes, forms and credit."""

import hashlib
from datetime import date

from fanshare.core.instants import DAY, Instant
from fanshare.core.payout_item import Answer, Said, State
from fanshare.core.tax.forms import Asks, FormKind, form
from fanshare.flows import payout_runs, tax_forms
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.flows.payout_runs import Told
from fanshare.flows.people import Joiner, add_creator
from fanshare.store.queries import payout_runs as run_rows
from fanshare.store.queries import shop_credits
from tests.web.support.company import Company
from tests.web.support.filling_lists import AT_ONCE, EVIL

_RESIDENCE = {
    "entity": "person", "name": "Finn Fox", "street": "Ulmenweg 1", "city": "10115 Berlin", "country": "DE",
    "birth": "1990-05-31", "tin": "36574261809", "certify": "yes", "signed": "Finn Fox",
}  # fmt: skip
#: Payees of the first run, whose list is walked.
_MANY = 7


def owed(company: Company, name: str, amount: int = 30_000_000, ready_at: Instant | None = None) -> int:
    """Somebody new to whom money is owed, ready now or later."""
    programme, now = company.brand.programme, company.house.now
    who = add_creator(programme, Joiner(f"{EVIL} {name}", f"{hash_of(name)}@example.test"), now)
    news = [NewOpening(who, hash_of(name)[:32], "EUR", amount, ready_at)]
    with programme.access.transaction():
        post_openings(programme, "refersion", hash_of(f"file {name}"), news, now)
    return who


def hash_of(text: str) -> str:
    """A file or a row of another tool."""
    return hashlib.sha256(text.encode()).hexdigest()


def payees(company: Company, n: int) -> None:
    """Payees with the same amount, whom no run pays."""
    brand = company.brand
    for i in range(AT_ONCE):
        run_rows.stop(brand.access, owed(company, f"owed {n}{i}"), "looked at", company.house.now)


def days(company: Company, n: int) -> None:
    """Days on which something becomes ready, each with the same amount."""
    for i in range(AT_ONCE):
        owed(company, f"ready {n}{i}", ready_at=company.house.now + (40 + 5 * n + i) * DAY)


def forms(company: Company, n: int) -> None:
    """Forms of creators who gave themselves such names; one of them is refused."""
    brand, now = company.brand, company.house.now
    tax_forms.ask(brand.access, Asks.RESIDENCE, now)
    signed = []
    for i in range(AT_ONCE):
        who = add_creator(brand.programme, Joiner(f"{EVIL} t{n}{i}", f"t{n}{i}@example.test"), now)
        typed = form(FormKind.RESIDENCE, _RESIDENCE, date(2026, 11, 27))
        signed.append(tax_forms.sign(brand.programme, who, typed, now))
    tax_forms.refuse(brand.access, signed[-1], EVIL, now)
    tax_forms.ask(brand.access, Asks.NOTHING, now)  # so that runs go on paying everybody


def credits_out(company: Company, n: int) -> None:
    """Credits that were turned at one moment, and whose codes stand at the shop."""
    brand, now = company.brand, company.house.now
    free = company.house.rows(
        "SELECT id FROM payout p WHERE programme_id = %s AND NOT EXISTS (SELECT FROM shop_credit c"
        " WHERE c.programme_id = p.programme_id AND c.payout_id = p.id) ORDER BY id LIMIT 3",
        brand.tenant.id,
    )
    for i, (payout,) in enumerate(free):
        who = add_creator(brand.programme, Joiner(f"{EVIL} k{n}{i}", f"k{n}{i}@example.test"), now)
        values = {"party": who, "connection": brand.shop.id, "payout": payout, "currency": "EUR", "amount": 5_000_000}
        values |= {"folded": f"k{n}{i}", "shown": f"K{n}{i}", "token": f"{n:018d}{i:02d}", "now": now}
        made = shop_credits.by_id(brand.access, shop_credits.add(brand.access, values))
        assert made is not None
        shop_credits.put(brand.access, made, "shown", now)


def runs(company: Company, n: int) -> None:
    """Runs of one moment, each for somebody new; the very first one for many, who are paid on two days."""
    brand, now = company.brand, company.house.now
    for i in range(AT_ONCE):
        first = not company.house.value("SELECT count(*) FROM payout_run")
        for k in range(_MANY if first else 1):
            owed(company, f"paid {k}" if first else f"run {n}{i}", 30_000_000 + (k % 3 + i) * 10_000)
        run, _plan = payout_runs.plan(brand.programme, EVIL, now)
        if first:
            payout_runs.approve(brand.programme, run, EVIL, now)
            payout_runs.send(brand.programme, run, EVIL, now)
            arrived(company, run, 4)
    if n == 1:
        arrived(company, 1, _MANY)


def paid(company: Company, n: int) -> None:
    """A run of its own for new payees, and all of it arrived."""
    brand, now = company.brand, company.house.now
    for i in range(AT_ONCE):
        owed(company, f"got {n}{i}")
    run, _plan = payout_runs.plan(brand.programme, EVIL, now)
    payout_runs.approve(brand.programme, run, EVIL, now)
    payout_runs.send(brand.programme, run, EVIL, now)
    arrived(company, run, 1_000)


def arrived(company: Company, run: int, most: int) -> None:
    """The next payments of a run arrived."""
    brand, now = company.brand, company.house.now
    rows = run_rows.items_of(brand.access, run)
    keys = [row.item.frozen.key for row in rows if row.item.frozen is not None and row.item.state is State.SUBMITTED]
    told = [Told(key, Answer(Said.ARRIVED, now)) for key in keys[:most]]
    payout_runs.tell(brand.programme, run, told, EVIL, now)
