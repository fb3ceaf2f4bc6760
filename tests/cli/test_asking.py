"""Orders, decisions, payouts, statements and proofs from the command line, over orders that the worker settled."""

import copy
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from fanshare.config.clock import system_clock
from fanshare.config.proving import LONGEST_FIRST
from fanshare.flows.check import CHECKS
from tests.cli.conftest import LABEL, SHIRT, Terminal
from tests.cli.orders import DAY, HOUR, bring, click, refund, state

#: Long ago enough for the 30 days of the hold to have passed.
OLD = 40 * DAY


@dataclass
class Shop:
    """Bea's shop with Cleo, her fan Finn, and a link of each."""

    terminal: Terminal
    endpoint: str
    finn: str
    link: str
    fan_link: str
    now: int
    folder: Path

    def paid(self) -> dict[str, str]:
        """Send what is ready as a run of its own; what each payee gets."""
        run = str(self.terminal.ask("payout", "run", "plan")["run"])
        self.terminal.say("payout", "run", "approve", run, "--yes")
        self.terminal.say("payout", "run", "send", run, "--to", str(self.folder / "run.csv"), "--yes")
        return {one["party"]: one["amount"] for one in self.terminal.ask("payout", "run", "show", run)["items"]}

    def sell(self, number: str, *, ago: int = 0, by: str = "") -> None:
        """An order that came by a link, ``ago`` before now."""
        clicks = (click(self.terminal, by or self.fan_link, self.now - ago - HOUR),)
        bring(self.terminal, self.endpoint, state(number, self.now - ago, *clicks))


@pytest.fixture
def shop(bea: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Everything was arranged two months ago; only time is made up."""
    now = system_clock()
    monkeypatch.setattr("fanshare.config.wiring.system_clock", lambda: now - 60 * DAY)
    terms = Path("examples/terms/simple.toml")
    old = Terminal({**bea.env, "FANSHARE_PROGRAMME": f"old-{bea.env['FANSHARE_PROGRAMME']}"})
    old.say("programme", "create", "Bea", "--slug", old.env["FANSHARE_PROGRAMME"], "--currency", "EUR", "--terms",
            str(terms))  # fmt: skip
    old.say("creator", "add", "Cleo")
    endpoint = old.ask("connection", "add", "generic", "--shop", "https://shop.example")["endpoint"]
    link = old.ask("link", "add", "--creator", "cleo", "--to", SHIRT, *LABEL)["code"]
    fan = old.ask("fan", "add", "--name", "Finn", "--of", "cleo", "--to", SHIRT, *LABEL)
    monkeypatch.setattr("fanshare.config.wiring.system_clock", system_clock)
    return Shop(old, endpoint, fan["public_id"], link, fan["link"], now, tmp_path)


def test_an_order_is_explained_to_the_last_digit(shop: Shop) -> None:
    shop.sell("1001")
    found = shop.terminal.ask("order", "explain", "#1001")
    [part] = found["parts"]
    assert part["shares"] == {"creator": "5.664000", "fan": "1.416000", "buyer": "0.000000"}
    assert (part["creator"], part["fan"], part["credit"]) == ("cleo", shop.finn, "1")
    assert part["sentences"]["fan"].endswith(
        "Commission 7.08 is 12 % of 59.00 of goods; your share is 20 % of it: 1.416"
    )
    assert {one["where"] for one in part["positions"]} == {"pending"}
    assert all(one["why"].startswith("https://share.example/why/") for one in part["positions"])
    assert part["sentences"]["creator"] in shop.terminal.say("order", "explain", "1001")
    assert [one["commission"] for one in shop.terminal.ask("order", "list")["orders"]] == ["7.080000"]


def test_evidence_that_does_not_count_says_why(shop: Shop) -> None:
    late = click(shop.terminal, shop.fan_link, shop.now - 55 * DAY)
    bring(shop.terminal, shop.endpoint, state("1002", shop.now, late))
    found = shop.terminal.ask("order", "explain", "1002")
    assert (found["parts"], [one["reason"] for one in found["skipped"]]) == ([], ["out_of_window"])
    assert "it is older than" in shop.terminal.say("order", "explain", "1002")


def test_an_order_nobody_brought_earns_nobody_anything(shop: Shop) -> None:
    bring(shop.terminal, shop.endpoint, state("1003", shop.now))
    assert "nobody earns on it" in shop.terminal.say("order", "explain", "1003")
    assert shop.terminal.refused("order", "explain", "77") == "unknown_order"


def test_two_shops_with_one_number_are_told_apart(shop: Shop) -> None:
    shop.sell("1013")
    other = shop.terminal.ask("connection", "add", "generic", "--shop", "https://two.example")["endpoint"]
    bring(shop.terminal, other, state("1013", shop.now))
    assert shop.terminal.refused("order", "explain", "1013") == "several_orders"
    assert len(shop.terminal.ask("order", "explain", f"{shop.endpoint}/1013")["parts"]) == 1
    assert shop.terminal.ask("order", "explain", f"{other}/1013")["parts"] == []


def test_a_hold_ends_by_a_release_and_a_denial_takes_back(shop: Shop) -> None:
    shop.sell("1004")
    term = shop.terminal
    later = "2099-01-01"
    assert term.refused("ruling", "hold", "1004", "--until", later, "--reason", "asking") == "bad_hold_end"
    assert term.refused("ruling", "hold", "1004", "--until", "soon", "--reason", "asking") == "bad_time"
    assert term.refused("ruling", "deny", "1004", "--reason", " ") == "reason_missing"
    assert term.refused("ruling", "deny", "77", "--reason", "x") == "unknown_order"
    until = _day(shop.now + 10 * DAY)
    assert term.ask("ruling", "hold", "1004", "--until", until, "--reason", "asking")["kind"] == "held"
    assert _where(shop, "1004") == {"held"}
    term.say("ruling", "release", "1004", "--reason", "answered")
    assert _where(shop, "1004") == {"pending"}
    term.say("ruling", "deny", "1004", "--creator", "cleo", "--reason", "never sent", "--code", "not_sent")
    assert _where(shop, "1004", "amount") == {"0.000000"}
    kinds = [one["kind"] for one in term.ask("ruling", "list", "--order", "1004")["rulings"]]
    assert kinds == ["denied", "released", "held"]
    assert term.ask("check")["ok"]


def test_an_appeal_is_listed_and_answered_by_a_decision(shop: Shop) -> None:
    shop.sell("1014")
    term = shop.terminal
    term.say("ruling", "deny", "1014", "--reason", "a reseller", "--line", "1")
    assert term.ask("ruling", "appeals")["appeals"] == []
    asking = ("ruling", "appeal", "1014", shop.finn)
    assert term.refused(*asking, "--words", " ") == "words_missing"
    made = term.ask(*asking, "--words", "She is my aunt.")["id"]
    assert term.refused(*asking, "--words", "Again.", exit_code=1) == "appeal_open"
    (waiting,) = term.ask("ruling", "appeals", "--waiting", "--order", "1014")["appeals"]
    assert (waiting["id"], waiting["words"], waiting["answer"]) == (made, "She is my aunt.", None)
    assert term.refused("ruling", "uphold", "1014", "--reason", "no") == "appeal_missing"
    term.say("ruling", "release", "1014", "--line", "1", "--reason", "shown", "--answers", made)
    assert (
        term.refused("ruling", "uphold", "1014", "--reason", "no", "--answers", made, exit_code=1) == "appeal_answered"
    )
    assert term.ask("ruling", "appeals", "--waiting")["appeals"] == []
    (answered,) = term.ask("ruling", "appeals")["appeals"]
    assert (answered["answer"], answered["reason"]) == ("released", "shown")
    assert "She is my aunt." in term.say("ruling", "appeals")
    assert term.ask("check")["ok"]


def test_a_sale_is_given_to_another_creator(shop: Shop) -> None:
    shop.sell("1005")
    shop.terminal.say("creator", "add", "Mira")
    shop.terminal.say("ruling", "reassign", "1005", "--creator", "cleo", "--to", "mira", "--reason", "her live session")
    shop.terminal.say("work", "--once")
    assert [one["creator"] for one in shop.terminal.ask("order", "explain", "1005")["parts"]] == ["mira"]


def test_a_buyer_claims_her_order_once(shop: Shop) -> None:
    shop.sell("1006")
    assert shop.terminal.ask("ruling", "claim", "1006", shop.finn)["claimed"]
    assert not shop.terminal.ask("ruling", "claim", "1006", shop.finn)["claimed"]


def test_accounts_are_merged_by_a_decision(shop: Shop) -> None:
    other = shop.terminal.ask("fan", "add")["public_id"]
    assert shop.terminal.ask("ruling", "merge", other, shop.finn, "--reason", "one person")["kind"] == "merged"


def test_no_money_leaves_but_by_a_run(shop: Shop) -> None:
    shop.sell("1007", ago=OLD)
    term = shop.terminal
    for gone in ("plan", "send"):
        assert term.call("payout", gone).exit_code == 2, "there is no such command"
    paid = shop.paid()
    assert paid == {"cleo": "5.66", shop.finn: "1.41"}
    rows = term.ask("payout", "list", "--state", "in_transit")["payouts"]
    assert {one["party"]: one["amount"] for one in rows} == paid
    assert term.refused("payout", "arrived", rows[0]["id"], exit_code=1) == "in_run"
    assert term.refused("payout", "returned", rows[0]["id"], "--reason", "x", "--yes", exit_code=1) == "in_run"
    assert term.refused("payout", "arrived", "99999") == "unknown_payout"
    assert term.refused("payout", "list", "--state", "planned") == "bad_state"
    assert term.ask("check")["ok"]


def test_a_debt_is_absorbed(shop: Shop) -> None:
    shop.sell("1008", ago=OLD)
    term = shop.terminal
    shop.paid()
    back = state("1008", shop.now - OLD, modified_at=shop.now, refunds=(refund(59_000_000, shop.now),))
    bring(term, shop.endpoint, back)
    assert term.refused("ruling", "absorb", "cleo", "--reason", "goodwill") == "not_confirmed"
    assert term.ask("ruling", "absorb", "cleo", "--reason", "goodwill", "--yes")["absorbed"] == "5.660000"
    assert term.ask("ruling", "absorb", "cleo", "--reason", "goodwill", "--yes")["absorbed"] == "0.000000"


def test_a_statement_holds_and_a_changed_one_does_not(shop: Shop, tmp_path: Path) -> None:
    shop.sell("1009")
    term, old, new = shop.terminal, tmp_path / "old.json", tmp_path / "new.json"
    term.say("statement", shop.finn, "-o", str(old))
    shop.sell("1010")
    assert term.ask("statement", shop.finn, "--output", str(new), "--older", str(old))["file"] == str(new)
    key = term.ask("key", "show")["key"]
    report = term.ask("verify", str(new), str(old), "--key", key)
    assert (report["ok"], bool(report["does_not_prove"])) == (True, True)
    assert "This statement holds." in term.say("verify", str(new))
    changed = copy.deepcopy(json.loads(new.read_text()))
    changed["party"]["role"] = "creator"
    new.write_text(json.dumps(changed))
    failed = term.ask("verify", str(new), exit_code=1)
    assert not failed["ok"]
    assert failed["proves"] == []


def test_a_statement_is_for_somebody(shop: Shop, tmp_path: Path) -> None:
    assert shop.terminal.refused("statement", "stray") == "unknown_party"
    assert shop.terminal.ask("statement", "cleo")["party"]["role"] == "creator"
    nowhere = str(tmp_path / "no" / "such.json")
    assert shop.terminal.refused("statement", "cleo", "-o", nowhere) == "no_file"


@pytest.mark.parametrize("content", ["", "{", '{"a": 1}', "[" * 100_000, "\x00", '{"a": 1e400}'])
def test_what_is_no_statement_is_said_to_be_none(home: Path, tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content)
    terminal = Terminal({"FANSHARE_HOME": str(home), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    result = terminal.call("--json", "verify", str(file))
    assert result.exit_code in (1, 2)
    assert json.loads(result.stdout)
    assert terminal.refused("verify", str(tmp_path / "missing.json")) == "no_file"


def test_verifying_needs_no_database_and_no_home(shop: Shop, home: Path, tmp_path: Path) -> None:
    shop.sell("1011")
    file = tmp_path / "s.json"
    shop.terminal.say("statement", "cleo", "-o", str(file))
    outside = Terminal({"FANSHARE_HOME": str(home), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    assert outside.ask("verify", str(file))["ok"]
    assert not list(home.iterdir())


def _raise_a_share(shop: Shop) -> None:
    from fanshare.store.access import connect

    with connect(shop.terminal.env["DATABASE_OWNER_URL"]) as conn:
        conn.execute(
            "UPDATE position SET amount = amount + 1 WHERE role = 'fan' AND programme_id ="
            " (SELECT id FROM programme WHERE slug = %s)",
            [shop.terminal.env["FANSHARE_PROGRAMME"]],
        )


def test_the_check_names_an_edited_amount(shop: Shop) -> None:
    shop.sell("1012")
    assert shop.terminal.ask("check")["ok"]
    _raise_a_share(shop)
    failed = shop.terminal.ask("check", shop.terminal.env["FANSHARE_PROGRAMME"], exit_code=1)
    [first] = [one for one in failed["programmes"][0]["checks"] if one["name"] == "positions"]
    assert (first["ok"], "1.416001" in first["recorded"] or "1416001" in first["recorded"]) == (False, True)


def test_several_processes_find_what_one_finds(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.sell("1013")
    _raise_a_share(shop)
    asked = ("check", shop.terminal.env["FANSHARE_PROGRAMME"], "--processes")
    alone = shop.terminal.ask(*asked, "1", exit_code=1)
    monkeypatch.setattr("fanshare.config.proving.WORTH_SHARING", 0)
    monkeypatch.setattr("fanshare.config.proving.check", None)
    assert shop.terminal.ask(*asked, "2", exit_code=1) == alone
    assert not alone["ok"]


def test_the_checks_that_go_first_are_checks() -> None:
    assert set(LONGEST_FIRST) < {name for name, _, _ in CHECKS}


def test_nothing_is_parked_and_nothing_is_retried(shop: Shop) -> None:
    assert shop.terminal.ask("inbox", "list") == {"parked": []}
    assert shop.terminal.ask("inbox", "retry") == {"retried": 0}
    assert shop.terminal.refused("inbox", "retry", "not-an-id") == "bad_id"


def _where(shop: Shop, number: str, what: str = "where") -> set[str]:
    shop.terminal.say("work", "--once")
    [part] = shop.terminal.ask("order", "explain", number)["parts"]
    return {one[what] for one in part["positions"]}


def _day(at: int) -> str:
    from fanshare.core.instants import utc_day

    return utc_day(at)
