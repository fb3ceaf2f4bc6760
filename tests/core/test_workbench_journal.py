"""The journal for a tax adviser: receivables are what is open, VAT what invoices and receipts say, on either basis."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.invoices import vat
from fanshare.core.invoices.model import Kind, Line, cancelling, written
from fanshare.core.invoices.totals import totals
from fanshare.core.workbench import receivables
from fanshare.core.workbench.accounts import (
    BANK,
    COMMISSION,
    EARNED,
    FEES_NOT_INVOICED,
    INPUT_TAX,
    INVOICED,
    NOT_INVOICED,
    WITHHELD,
    Basis,
)
from fanshare.core.workbench.entries import Books, Commission, Cost, Deal, Invoice, Payout
from fanshare.core.workbench.invoicing import Issued
from fanshare.core.workbench.journal import Asked, balances, journal
from fanshare.core.workbench.receivables import Papers
from tests.support.invoices import invoice

EUR = 1_000_000
BEGIN, UNTIL = date(2026, 1, 1), date(2026, 12, 31)
WHOLE = Asked(date.min, UNTIL)
days = st.dates(BEGIN, UNTIL)
amounts = st.integers(1, 5_000 * 100).map(lambda cents: cents * 10_000)
TREATMENTS = (vat.standard(1_900), vat.standard(700), vat.small("DE"), vat.reverse("en"), vat.outside("en"))
of_deals = st.sampled_from(["", "a", "b"])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Books, Papers]:
    """Two deals, commission and its payouts, costs with tax, invoices of hers and of elsewhere, paid or taken back."""
    issued: list[Issued] = []
    claims: list[Invoice] = []
    for place in range(draw(st.integers(0, 4))):
        day, deal = draw(days), draw(of_deals)
        lines = tuple(Line("w", draw(amounts), draw(st.sampled_from(TREATMENTS[:2]))) for _ in range(2))
        if draw(st.booleans()):
            lines = (Line("w", draw(amounts), draw(st.sampled_from(TREATMENTS))),)
        paper = invoice(issued=day, due=day, lines=lines, number=f"R-{place}")
        one = Issued(f"i{place}", "R", place, written(paper), deal, f"c{place}")
        claim = Invoice(f"c{place}", paper.number, "Linen", totals(paper).due, day, day, deal=deal)
        issued.append(one)
        fate = draw(st.sampled_from(["open", "paid", "back", "paid and back"]))
        if "paid" in fate:
            claim = replace(claim, paid=min(UNTIL, day + timedelta(days=draw(st.integers(0, 60)))))
        if fate != "back":
            claims.append(claim)
        if "back" in fate:
            other = replace(cancelling(paper, day), number=f"S-{place}")
            issued.append(Issued(f"b{place}", "S", place, written(other), deal, ""))
    for place in range(draw(st.integers(0, 3))):
        sent = draw(days)
        paid = draw(st.one_of(st.just(date.max), st.dates(sent, UNTIL)))
        claims.append(Invoice(f"o{place}", "x", "Wool", draw(amounts), sent, sent, paid, deal=draw(of_deals)))
    books = Books(
        "EUR",
        deals=tuple(Deal(name, name, draw(days), draw(amounts), 0, "") for name in "ab"),
        commissions=tuple(Commission(draw(days), draw(amounts), "linen") for _ in range(draw(st.integers(0, 3)))),
        costs=tuple(
            Cost(f"k{n}", draw(days), 100 * EUR, "material", "", tax=draw(st.integers(0, 50)) * EUR) for n in range(2)
        ),
    )
    kinds = st.sampled_from(["paid", "withheld", "received"])
    payouts = tuple(Payout(draw(days), draw(amounts), "linen", draw(kinds)) for _ in range(draw(st.integers(0, 3))))
    return books, Papers(tuple(issued), tuple(claims), payouts, small=draw(st.booleans()))


def nets(papers: Papers, deal: str) -> int:
    """What invoices of a deal say without VAT."""
    owned = {one.owed for one in papers.issued}
    own = sum((-1 if i.invoice.kind.cancels else 1) * totals(i.invoice).net for i in papers.issued if i.deal == deal)
    return own + sum(one.amount for one in papers.claims if one.id not in owned and one.deal == deal)


@given(worlds())
def test_receivables_are_what_is_open_and_vat_is_what_papers_say(world: tuple[Books, Papers]) -> None:
    books, papers = world
    postings = journal(books, WHOLE, papers)
    stands = balances(postings)
    assert sum(stands.values()) == 0
    assert all(one.amount > 0 for one in postings)
    back = {one.invoice.cancels[0] for one in papers.issued if one.invoice.cancels is not None}
    still = sum(one.amount for one in papers.claims if one.paid == date.max)
    returned = sum(one.amount for one in papers.claims if one.paid != date.max and one.name in back)
    assert stands.get(INVOICED, 0) == still - returned, "what was paid and taken back is hers to give back"
    output = -sum(amount for account, amount in stands.items() if account.startswith("VAT: output"))
    assert output == sum((-1 if i.invoice.kind.cancels else 1) * totals(i.invoice).tax for i in papers.issued)
    assert stands.get(INPUT_TAX, 0) == (0 if papers.small else sum(one.tax for one in books.costs))
    costs = sum(amount for account, amount in stands.items() if account.startswith(("Costs", INPUT_TAX)))
    assert costs == sum(one.amount for one in books.costs)
    rest = sum(max(0, deal.fee - max(0, nets(papers, deal.id))) for deal in books.deals)
    assert stands.get(NOT_INVOICED, 0) == rest == -stands.get(FEES_NOT_INVOICED, 0)


@given(worlds())
def test_commission_is_owed_until_a_run_pays_it(world: tuple[Books, Papers]) -> None:
    books, papers = world
    by = {
        kind: sum(one.amount for one in papers.payouts if one.kind == kind) for kind in ("paid", "withheld", "received")
    }
    earned = sum(one.amount for one in books.commissions)
    stands = balances(journal(books, WHOLE, papers))
    assert stands.get(EARNED, 0) == earned + by["received"] - by["paid"] - by["withheld"]
    assert stands.get(WITHHELD, 0) == by["withheld"]
    cash = balances(journal(books, replace(WHOLE, basis=Basis.CASH), papers))
    assert -cash.get(COMMISSION, 0) == by["paid"] + by["withheld"]


@given(worlds())
def test_the_bank_is_the_same_on_either_basis_and_once_all_is_paid_so_is_income(world: tuple[Books, Papers]) -> None:
    books, papers = world
    both = [balances(journal(books, replace(WHOLE, basis=basis), papers)) for basis in Basis]
    assert both[0].get(BANK, 0) == both[1].get(BANK, 0)
    assert not [account for account in both[1] if account.startswith("Receivables")]
    paid = sum(one.amount for one in papers.claims if one.paid != date.max)
    assert both[1].get(BANK, 0) == paid + sum(p.amount for p in papers.payouts if p.kind == "paid") - 200 * EUR
    settled = Papers(
        tuple(one for one in papers.issued if one.invoice.kind is Kind.INVOICE),
        tuple(
            Invoice(one.owed, one.invoice.number, "", totals(one.invoice).due, one.invoice.issued, UNTIL, UNTIL)
            for one in papers.issued
            if one.invoice.kind is Kind.INVOICE
        ),
        small=papers.small,
    )
    alone = replace(books, deals=(), commissions=())
    accrual, cash = (balances(journal(alone, replace(WHOLE, basis=basis), settled)) for basis in Basis)
    assert {name: amount for name, amount in accrual.items() if amount} == {
        name: amount for name, amount in cash.items() if amount
    }


@given(worlds(), st.sampled_from(list(Basis)), days)
def test_two_parts_of_a_year_are_the_year(world: tuple[Books, Papers], basis: Basis, middle: date) -> None:
    books, papers = world
    first = journal(books, Asked(date.min, middle - timedelta(days=1), basis), papers)
    rest = journal(books, Asked(middle, UNTIL, basis), papers)
    assert first + rest == journal(books, Asked(date.min, UNTIL, basis), papers)


def test_reverse_charge_and_what_bears_no_vat_stand_apart() -> None:
    papers = [
        Issued(f"i{n}", "R", n, written(invoice(number=f"R-{n}", lines=(Line("w", 100 * EUR, one),))))
        for n, one in enumerate(TREATMENTS)
    ]
    stands = balances(journal(Books("EUR"), WHOLE, Papers(tuple(papers))))
    assert {name: amount // EUR for name, amount in stands.items()} == {
        "Receivables: invoices": 526,
        "Income: fees": -200,
        "Income: fees, reverse charge": -100,
        "Income: fees, exempt from VAT": -100,
        "Income: fees, outside the scope of VAT": -100,
        "VAT: output 19 %": -19,
        "VAT: output 7 %": -7,
    }


def test_a_payment_that_was_not_posted_would_be_seen() -> None:
    """The control: income at the bank on the day of the deal, as it once was, leaves nothing to be paid."""
    claim = Invoice("c", "7", "Wool", 80 * EUR, BEGIN, BEGIN, deal="a")
    books = Books("EUR", deals=(Deal("a", "a", BEGIN, 80 * EUR, 0, ""),))
    open_, paid = (
        balances(list(receivables.fees(books, Papers(claims=(one,)), Basis.ACCRUAL)))
        for one in (claim, replace(claim, paid=UNTIL))
    )
    assert (open_[INVOICED], open_.get(BANK, 0)) == (80 * EUR, 0)
    assert (paid[INVOICED], paid[BANK]) == (0, 80 * EUR)
