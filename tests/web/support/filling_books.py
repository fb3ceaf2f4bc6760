"""Rows for the lists of a creator's own books, which are sealed: written with their key, as the pages would."""

from dataclasses import replace
from datetime import date

import pytest

from fanshare.core.instants import local_date, zone
from fanshare.core.workbench.entries import Cost, Deal, Equipment, Idea, Invoice, Post, Recurring, Settings, Time, Trip
from fanshare.core.workbench.invoicing import Sender
from fanshare.flows import workbench_books, workbench_invoices, workbench_keys, workbench_lock
from fanshare.flows.signed_in import Owner
from fanshare.flows.staff import account_of
from fanshare.flows.workbench_books import Open, new_id
from tests.edge.running import KEYS
from tests.support.invoices import CLEO, invoice
from tests.web.support.books import WORDS, unlock
from tests.web.support.company import Company
from tests.web.support.device import Device
from tests.web.support.filling_lists import AT_ONCE, EVIL

SETTINGS = Settings("EUR", "Europe/Berlin", rates="DE")


def opened(company: Company, name: str) -> Open:
    """The books of somebody, made where there are none, by a key that costs little."""
    account, conn, now = account_of(KEYS, f"{name}@example.test"), company.house.conn, company.house.now
    if not conn.execute("SELECT FROM workbench WHERE account = %s", [account]).fetchall():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workbench_keys, "COST", workbench_keys.Cost(64, 1, 1))
            workbench_lock.make(conn, KEYS, Owner(account, "test"), WORDS, now)
        books = Open(conn, account, workbench_lock.unlock(conn, KEYS, account, WORDS, now).key)
        workbench_books.set_up(books, SETTINGS)
        return books
    return Open(conn, account, workbench_lock.unlock(conn, KEYS, account, WORDS, now).key)


def reader(company: Company, name: str, *, books: bool) -> Device:
    """Somebody signed in, with her books open where she has to have them so."""
    device = company.device(name)
    if books:
        opened(company, name)
        assert unlock(device).status == 302
    return device


def costs(company: Company, n: int) -> None:
    """What was paid once, again and again, for long, and a way."""
    books, day = opened(company, "cleo"), _day(company)
    for i in range(AT_ONCE):
        words, amount = f"{EVIL}{n}{i}", (10 * n + i + 1) * 1_000_000
        workbench_books.put(books, Cost(new_id(), day, amount, "software", words))
    workbench_books.put(books, Recurring(new_id(), day, date.max, 1, 5_000_000, "phone", f"{EVIL}again"))
    workbench_books.put(books, Equipment(new_id(), day, 900_000_000, 36, 10_000, f"{EVIL}lasts"))
    workbench_books.put(books, Trip(new_id(), day, 12_000, "car", f"{EVIL}way"))


def hours(company: Company, n: int) -> None:
    """Hours, each for a deal of its own."""
    books, day = opened(company, "cleo"), _day(company)
    for i in range(AT_ONCE):
        deal = Deal(new_id(), f"{EVIL}{n}{i}", day, 0, 0, "tiktok")
        workbench_books.put(books, deal)
        workbench_books.put(books, Time(new_id(), day, 30 + i, "edit", deal.id))


def posts(company: Company, n: int) -> None:
    """Posts, the first of them paid for."""
    books, day = opened(company, "cleo"), _day(company)
    for i in range(AT_ONCE):
        deal = new_id() if not i else ""
        workbench_books.put(books, Post(new_id(), day, "tiktok", f"{EVIL}{n}{i}", deal))


def due(company: Company, n: int) -> None:
    """Invoices of others' making, the last of them paid."""
    books, day = opened(company, "cleo"), _day(company)
    for i in range(AT_ONCE):
        paid = day if i == AT_ONCE - 1 else date.max
        owed = Invoice(new_id(), f"{n}-{i}", f"{EVIL}{n}{i}", (10 * n + i + 1) * 1_000_000, day, day, paid)
        workbench_books.put(books, owed)


def invoices(company: Company, n: int) -> None:
    """Invoices of her own."""
    books, day = opened(company, "cleo"), _day(company)
    workbench_books.sign(books, Sender(
        CLEO.name, CLEO.street, CLEO.postcode, CLEO.city, CLEO.country, CLEO.tax_number, "", "", "", "", small=False,
        prefix="R-", first=1, first_year=day.year,
    ))  # fmt: skip
    for i in range(AT_ONCE):
        draft = invoice()
        draft = replace(draft, issued=day, due=day, buyer=replace(draft.buyer, name=f"{EVIL}{n}{i}"))
        workbench_invoices.write(books, workbench_books.load(books, SETTINGS), draft, "", "")


def ideas(company: Company, n: int) -> None:
    """Ideas, the last of them taken up."""
    books, day = opened(company, "cleo"), _day(company)
    for i in range(AT_ONCE):
        made = day if i == AT_ONCE - 1 else date.max
        workbench_books.put(books, Idea(new_id(), f"{EVIL}{n}{i}", "linen, rain", "", made))


def _day(company: Company) -> date:
    return local_date(company.house.now, zone(SETTINGS.zone))
