"""Moving in from every tool by the command line, over a real database: twice, and checked both times."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fanshare.core.canonical import parse_json
from fanshare.core.statement_check import verify
from fanshare.store import signing
from fanshare.verifier import fanshare_verify
from tests.cli.conftest import LABEL, Terminal
from tests.support.tree import ROOT

EXAMPLES = ROOT / "tests" / "integrations" / "moving" / "examples"
#: The files of each tool, what comes of them: people, links, codes, and what is owed.
TOOLS: dict[str, tuple[list[str], tuple[int, int, int], dict[str, str]]] = {
    "rewardful": (
        ["rewardful-affiliates.json", "rewardful-commissions.json"],
        (2, 3, 1),
        {"EUR": "45.200000", "JPY": "1200.000000", "KWD": "1.234000"},
    ),
    "dub": (["dub-partners.json", "dub-commissions.json"], (2, 2, 0), {"USD": "15.000000"}),
    "tapfiliate": (
        ["tapfiliate-affiliates.json", "tapfiliate-balances.json"],
        (2, 2, 1),
        {"EUR": "45.200000", "JPY": "1200.000000", "KWD": "1.234000"},
    ),
    "goaffpro": (["goaffpro-affiliates.csv"], (2, 3, 2), {"EUR": "45.200000"}),
    "refersion": (
        ["refersion-affiliates.csv", "refersion-conversions.csv", "refersion-triggers.json"],
        (2, 2, 2),
        {"EUR": "50.200000"},
    ),
    "uppromote": (
        ["uppromote-affiliates.json", "uppromote-referrals.json", "uppromote-coupons.json"],
        (2, 2, 2),
        {"EUR": "50.200000"},
    ),
    "csv": (["plain.csv"], (3, 3, 1), {"EUR": "58.200000", "JPY": "1200.000000", "KWD": "1.234000"}),
}
PLAN = ("people", "links", "codes", "balances", "owed", "notes", "not_taken")


@pytest.fixture
def shop(bea: Terminal, tmp_path: Path) -> Terminal:
    """Bea's programme with a shop."""
    secret = "whsec_QmVhcyBzZWNyZXQgb2YgMjQgYnl0ZXM="
    bea.say("connection", "add", "generic", "--shop", "https://shop.example", "--secret", secret)
    return bea


def moving(tool: str, directory: Path = EXAMPLES) -> list[str]:
    """The command for the files of a tool."""
    return [
        "import",
        "from",
        tool,
        *(str(directory / name) for name in TOOLS[tool][0]),
        "--to",
        "https://shop.example/",
    ]


def sound(terminal: Terminal) -> None:
    """Every invariant holds."""
    assert terminal.call("check").exit_code == 0, terminal.call("check").output


@pytest.mark.parametrize("tool", TOOLS)
def test_a_dry_run_says_what_the_real_one_does_and_a_second_one_posts_nothing(tool: str, shop: Terminal) -> None:
    _, counts, owed = TOOLS[tool]
    dry = shop.ask(*moving(tool), "--dry-run")
    assert dry["dry_run"]
    assert not dry["moved"]
    real = shop.ask(*moving(tool), *LABEL, "--yes")
    assert real["moved"]
    assert {name: dry[name] for name in PLAN if name != "links"} == {n: real[n] for n in PLAN if n != "links"}
    assert [{**one, "url": ""} for one in dry["links"]] == [{**one, "url": ""} for one in real["links"]]
    assert all(not one["url"] or one == other for one, other in zip(dry["links"], real["links"], strict=True))
    assert (len(real["people"]), len(real["links"]), len(real["codes"])) == counts
    assert real["owed"] == owed
    sound(shop)
    again = shop.ask(*moving(tool), "--yes")
    assert not again["moved"]
    assert [again[name] for name in ("people", "links", "codes", "balances")] == [[], [], [], []]
    assert (len(again["people_known"]), again["links_known"], again["codes_known"]) == counts
    assert "nothing was changed" in shop.say(*moving(tool))
    sound(shop)


def test_the_moved_balances_stand_in_a_statement_that_both_verifiers_accept(shop: Terminal, tmp_path: Path) -> None:
    shop.say(*moving("rewardful"), *LABEL, "--yes")
    mira = shop.ask("creator", "list")["creators"][0]["slug"]
    for since, name in (([], "first.json"), (["--older", str(tmp_path / "first.json")], "second.json")):
        shop.say("statement", mira, "-o", str(tmp_path / name), *since)
    read: list[Any] = [parse_json((tmp_path / name).read_bytes()) for name in ("first.json", "second.json")]
    (section,) = read[0]["currencies"]
    told = [text for one in section["moved"] for text in one["sentences"].values()]
    on = read[0]["period"]["to"][:4]
    assert re.fullmatch(rf"Opening balance moved from Rewardful on \d+ \w+ {on}: 30.20 EUR", told[0])
    assert told[1].endswith(": 15.00 EUR, ready on 18 Dec 2026 (UTC)") or len(told) == 1
    for document, older in ((read[0], None), (read[1], read[0])):
        assert verify(document, signing.verify, older=older).ok
        assert fanshare_verify.verify(document, older).ok
    assert section["closing"]["available"] in ("30.200000", "45.200000")


def test_a_file_that_says_more_posts_the_difference_and_one_that_says_less_is_told(
    shop: Terminal, tmp_path: Path
) -> None:
    text = (EXAMPLES / "plain.csv").read_text("utf-8")
    shop.say(*moving("csv"), *LABEL, "--yes")
    (tmp_path / "plain.csv").write_text(text.replace("45.20", "50.00"), "utf-8")
    more = shop.ask(*moving("csv", tmp_path), "--yes")
    assert more["owed"] == {"EUR": "4.800000"}
    assert len(more["balances"]) == 1
    (tmp_path / "plain.csv").write_text(text.replace("45.20", "5.00"), "utf-8")
    less = shop.ask(*moving("csv", tmp_path), "--yes")
    assert not less["moved"]
    assert any("moved before, which is more; nothing is taken back" in one["why"] for one in less["not_taken"])
    sound(shop)


def test_a_debt_is_not_brought_along(shop: Terminal, tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_text("name,email,balance\nMira,mira@example.test,-5.00\n", "utf-8")
    found = shop.ask("import", "from", "csv", str(tmp_path / "plain.csv"), "--yes")
    assert found["balances"] == []
    assert "is a debt to the brand there" in found["not_taken"][0]["why"]
    sound(shop)


def test_without_an_advertising_label_no_link_comes_along(shop: Terminal) -> None:
    assert shop.call(*moving("tapfiliate"), "--yes").exit_code == 2
    assert shop.ask("creator", "list")["creators"] == []


def test_money_is_not_moved_unasked(shop: Terminal) -> None:
    result = shop.call("--json", *moving("tapfiliate"), *LABEL)
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "not_confirmed"
    assert shop.ask("creator", "list")["creators"] == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "bad_file"),
        (b"\xff\xfe\x00", "bad_file"),
        (b"name,email\nMira,mira@example.test,7,8\n", "bad_file"),
        (b'name,email\n"Mira,mira@example.test\n', "bad_file"),
        (b"M\xfcller,x\n", "bad_file"),
        (b"[1, 2]", "bad_file"),
        (b"[" * 100_000, "bad_file"),
        (b'{"data": [{"name"', "bad_file"),
        (b"colour,size\nred,7\n", "unknown_shape"),
        (b"PK\x03\x04\x00\x00", "bad_file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    content: bytes, code: str, shop: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(content)
    assert shop.refused("import", "from", "csv", str(tmp_path / "file"), "--yes") == code


def test_a_tool_that_nobody_knows_is_refused(shop: Terminal) -> None:
    assert shop.refused("import", "from", "clickbank", str(EXAMPLES / "plain.csv")) == "no_such_tool"


def test_a_list_of_sales_that_does_not_say_what_was_paid_is_refused(shop: Terminal, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("Order Number,Affiliate,Commission,Status\n1001,Mira,5.00,approved\n", "utf-8")
    assert shop.refused("import", "from", "goaffpro", str(tmp_path / "sales.csv")) == "unknown_shape"


def test_the_import_is_written_down(shop: Terminal) -> None:
    shop.say(*moving("tapfiliate"), *LABEL, "--yes")
    runs: list[dict[str, Any]] = shop.ask("import", "list")["imports"]
    assert [(one["what"], one["source"], one["state"]) for one in runs] == [("moving in", "tapfiliate", "done")]
    assert runs[0]["counts"] == {"people": 2, "links": 2, "codes": 1, "balances": 3}
