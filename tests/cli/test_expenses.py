"""Expenses from the command line: agreed, confirmed with the receipt seen, taken back; the audit says by whom."""

from tests.cli.test_asking import Shop, shop

__all__ = ["shop"]


def test_it_is_agreed_once_confirmed_once_and_the_audit_says_by_whom(shop: Shop) -> None:
    term = shop.terminal
    assert "no such expense" in term.say("expense", "list")
    agree = ("expense", "agree", "cleo", "42.00", "eur", "--for", "The train to Lyon", "--by", "Bea", "--key", "77")
    assert term.refused(*agree) == "not_confirmed"
    made = term.ask(*agree, "--yes")
    assert term.ask(*agree, "--yes") == made
    assert (made["state"], made["amount"], made["currency"], made["creator"]) == ("open", "42.00", "EUR", "cleo")
    one = str(made["id"])
    assert term.refused("expense", "confirm", one, "--seen") == "not_confirmed"
    assert term.refused("expense", "confirm", one, "--yes") == "no_receipt"
    assert term.ask("expense", "list", "cleo", "--state", "open") == {"expenses": [made]}
    done = term.ask("expense", "confirm", one, "--seen", "--by", "Otto", "--yes")
    assert (done["state"], done["ended_at"] is not None) == ("confirmed", True)
    assert term.refused("expense", "confirm", one, "--seen", "--yes", exit_code=1) == "expense_over"
    assert term.refused("expense", "drop", one, "--yes", exit_code=1) == "expense_over"
    assert term.ask("expense", "list", "--state", "open") == {"expenses": []}
    assert term.ask("check")["ok"]
    looked = term.ask("payout", "run", "preview")
    assert [(one["party"], one["now"]) for one in looked["differences"]] == [("cleo", "42.00")]


def test_what_is_no_expense_is_refused_and_one_that_waits_is_taken_back(shop: Shop) -> None:
    term = shop.terminal
    words = ("--for", "The train", "--yes")
    assert term.refused("expense", "agree", "nobody", "42.00", "EUR", *words) == "unknown_party"
    assert term.refused("expense", "agree", shop.finn, "42.00", "EUR", *words) == "wrong_party"
    assert term.refused("expense", "agree", "cleo", "42.001", "EUR", *words) == "bad_amount"
    assert term.refused("expense", "agree", "cleo", "42.00", "USD", *words) == "unknown_currency"
    assert term.refused("expense", "agree", "cleo", "42.00", "EUR", "--no-receipt", *words) == "no_sale"
    assert term.refused("expense", "list", "--state", "odd") == "bad_state"
    assert term.refused("expense", "drop", "99", "--yes") == "unknown_expense"
    made = term.ask("expense", "agree", "cleo", "42.00", "EUR", *words)
    assert term.refused("expense", "drop", made["id"]) == "not_confirmed"
    assert term.ask("expense", "drop", made["id"], "--yes")["state"] == "dropped"
    assert term.refused("expense", "confirm", made["id"], "--seen", "--yes", exit_code=1) == "expense_over"
