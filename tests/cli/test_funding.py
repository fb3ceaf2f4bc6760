"""Holding a brand's money from the command line: asked for, booked by hand and by a statement, and given back."""

from pathlib import Path

import psycopg

from tests.cli.conftest import Terminal
from tests.cli.test_asking import OLD, Shop, shop
from tests.integrations.sepa.bank import Booked, statement

__all__ = ["shop"]


def several(terminal: Terminal) -> None:
    with psycopg.connect(terminal.env["DATABASE_URL"], autocommit=True) as conn:
        conn.execute("UPDATE programme SET several_brands = true")


def test_money_is_held_booked_paid_out_and_given_back(shop: Shop, tmp_path: Path) -> None:
    term = shop.terminal
    assert term.refused("funding", "on", exit_code=1) == "one_brand"
    assert term.ask("funding", "show") == {"funding": []}
    several(term)
    shop.sell("1007", ago=OLD)
    assert term.ask("funding", "on", "--reserve", "5", "--by", "Otto") == {"held": True, "reserve_bps": 500}
    [account] = term.ask("funding", "show")["funding"]
    assert (account["asked_for"], account["standing"]) == ("7.08", "unfunded")
    left = term.ask("payout", "run", "preview")["left"]
    assert {one["why"] for one in left} == {"unfunded"}
    slip = ("funding", "book", "5.66", "EUR", "--reference", "T-1", "--by", "Otto")
    assert term.refused(*slip) == "not_confirmed"
    assert term.ask(*slip, "--yes") == {"amount": "5.66", "currency": "EUR", "booked": True}
    assert term.ask(*slip, "--yes")["booked"] is False, "a command that is given again"
    again = ("funding", "book", "5.67", "EUR", "--reference", "T-1", "--yes")
    assert term.refused(*again, exit_code=1) == "booked_otherwise"
    file = tmp_path / "statement.xml"
    file.write_bytes(statement([Booked("0.50", [(account["reference"], "0.50", "")], "CRDT", reference="B1")]))
    told = term.ask("funding", "statement", "--from", str(file), "--yes")
    assert told == {"booked": 1, "known": 0, "others": 0}
    assert term.ask("funding", "statement", "--from", str(file), "--yes")["known"] == 1
    assert term.ask("payout", "run", "preview")["totals"] == "6.16 EUR"
    assert term.refused("funding", "off", exit_code=1) == "money_left"
    term.say("funding", "book", "6.16", "EUR", "--reference", "T-2", "--back", "--yes")
    assert term.ask("funding", "off") == {"held": False}
