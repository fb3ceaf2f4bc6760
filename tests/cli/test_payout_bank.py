"""A run paid by the bank, from the command line: its file is taken, and what the bank says is booked."""

import stat
from pathlib import Path

from fanshare.config.keys import Keys
from fanshare.core.bank_files import iban_debtor
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import iban_account
from fanshare.flows import payees, payout_banks
from fanshare.flows.context import open_programme
from fanshare.integrations.sepa.read_order import read_order
from fanshare.store import directory
from fanshare.store.access import Access, connect
from tests.cli.conftest import Terminal
from tests.cli.test_asking import OLD, Shop, shop
from tests.integrations.sepa.bank import booked_file, statement
from tests.support.provider_reports import STRIPE, report

__all__ = ["shop"]

BEAS, CLEOS = "DE89370400440532013000", "FR1420041010050500013M02606"


def by_bank(term: Terminal, now: int) -> None:
    """Bea pays from her account, and Cleo has named hers long ago."""
    keys = Keys.load_or_create(Path(term.env["FANSHARE_HOME"]), {})
    with connect(term.env["DATABASE_URL"], name="test") as conn:
        tenant = next(one for one in directory.programmes(conn) if one.slug == term.env["FANSHARE_PROGRAMME"])
        access = Access(conn, tenant.id, "test")
        programme = open_programme(access, tenant.public_id, keys)
        payout_banks.set_debtor(programme, iban_debtor("Bea", BEAS, "", "", "", "Berlin", "DE"), "Bea", now)
        query = "SELECT id FROM party WHERE programme_id = %(programme_id)s AND slug = 'cleo'"
        payees.change(programme, access.value(query), iban_account("Cleo", CLEOS), now - WAIT, adult=True)


def test_a_run_is_paid_by_the_bank(shop: Shop, tmp_path: Path) -> None:
    term, file, said = shop.terminal, tmp_path / "run.xml", tmp_path / "statement.xml"
    shop.sell("1007", ago=OLD)
    by_bank(term, 1_700_000_000_000_000)
    left = term.ask("payout", "run", "preview")["left"]
    assert [(one["party"], one["why"]) for one in left] == [(shop.finn, "no account")]
    run = str(term.ask("payout", "run", "plan", "--by", "Bea")["run"])
    assert term.refused("payout", "bank", "file", run, "--to", str(file)) == "not_sent"
    term.say("payout", "run", "approve", run, "--by", "Bea", "--yes")
    term.say("payout", "run", "send", run, "--to", str(tmp_path / "run.csv"), "--yes")
    assert CLEOS not in (tmp_path / "run.csv").read_text(), "whoever copies by hand copies wrong"
    assert term.refused("payout", "bank", "file", run, "--kind", "us", "--to", str(file)) == "no_debtor"
    term.say("payout", "bank", "file", run, "--to", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    order = read_order(file.read_bytes())
    assert [one.creditor.iban for one in order.payments[0].transfers] == [CLEOS]
    assert term.ask("bank", str(file), "--today", order.payments[0].execution_date)["ok"]
    assert term.refused("payout", "bank", "hear", run, "--from", str(tmp_path / "run.csv"), "--yes") == "not_of_bank"
    said.write_bytes(statement([booked_file(order)]))
    open_ = term.ask("payout", "run", "compare", run)
    assert open_["agrees"]
    assert open_["totals"][0]["open"] == open_["totals"][0]["file"] != "0.00"
    assert term.ask("payout", "bank", "hear", run, "--from", str(said), "--yes")["told"] == 1
    [total] = term.ask("payout", "run", "compare", run)["totals"]
    assert total["confirmed"] == total["run"] == total["file"] == total["booked"]
    asked = ("payout", "rail", "report", "--from", str(said), "--yes")
    assert term.refused(*asked) == "bad_report"
    said.write_bytes(report(STRIPE, ("txn_1", "transfer", "tr_strange", "eur", "-9.00", "0.00", "-9.00", "")))
    told = term.ask(*asked)
    assert (told["rail"], told["again"], told["told"]) == ("stripe", False, 0)
    assert told["odd"] == [{"line": 2, "reference": "tr_strange", "movement": "", "what": "stranger"}]
    assert term.ask(*asked)["again"]
    assert "Everything agrees." in term.say("payout", "run", "compare", run)
    assert term.refused("payout", "run", "compare", "9999") == "unknown_run"
    shown = term.ask("payout", "run", "show", run)
    assert [one["state"] for one in shown["items"]] == ["final"]
    assert term.refused("payout", "bank", "file", run, "--to", str(file), exit_code=1) == "bank_has_it"
    assert term.ask("check")["ok"]


def test_providers_are_listed_and_only_known_ones_with_a_key_are_connected(shop: Shop) -> None:
    term = shop.terminal
    assert term.ask("payout", "rail", "list")["rails"] == []
    assert term.refused("payout", "rail", "connect", "sofort", "--key", "sk_live_abcdefgh1") == "bad_rail"
    assert term.refused("payout", "rail", "connect", "stripe", "--key", "whsec_abcdefgh") == "bad_rail_key"
    term.say("payout", "rail", "end", "stripe", "--yes")
