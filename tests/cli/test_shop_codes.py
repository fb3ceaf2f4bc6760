"""Codes from the command line: planned, made in a running shop, changed, ended, taken from a stock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fanshare.world.woo_shop import WooShop
from tests.cli.conftest import LABEL, Terminal


@pytest.fixture
def shop(cleo: Terminal) -> Iterator[WooShop]:
    """A WooCommerce that Bea's programme has keys for."""
    with WooShop() as running:
        cleo.env |= {"FANSHARE_SHOP_KEY": running.key, "FANSHARE_SHOP_SECRET": running.secret}
        cleo.say("connection", "add", "woocommerce", "--shop", running.url)
        yield running


def test_a_code_is_planned_made_changed_and_ended(cleo: Terminal, shop: WooShop) -> None:
    planned = cleo.ask("code", "plan", "fans", "--percent", "15", "--prefix", "cleo")
    assert (planned["percent_bps"], planned["prefix"], planned["says"]) == (1500, "CLEO", "15 % off")
    assert [one["name"] for one in cleo.ask("code", "plan")["plans"]] == ["fans"]
    (made,) = cleo.ask("code", "make", "fans", "--creator", "cleo", "--text", "cleo15", *LABEL)["codes"]
    assert (made["code"], made["works"], made["message"]) == ("CLEO15", True, "Werbung: CLEO15")
    assert shop.coupons.of("cleo15") is not None
    changed = cleo.ask("code", "rotate", "cleo15")
    assert (changed["new"]["works"], changed["old"]["state"]) == (True, "ended")
    listed = {one["code"]: one["state"] for one in cleo.ask("code", "list")["codes"]}
    assert listed == {"CLEO15": "ended", changed["new"]["code"]: "active"}
    assert cleo.ask("code", "pause", changed["new"]["code"])["state"] == "paused"
    assert cleo.refused("code", "resume", "cleo15", exit_code=1) == "code_ended"
    assert cleo.ask("code", "end", changed["new"]["code"])["state"] == "ended"
    assert "No code looks unusual" in cleo.say("code", "alarms")
    assert cleo.ask("check")["ok"]


def test_a_batch_is_made_and_what_the_shop_has_not_confirmed_is_not_shown(cleo: Terminal, shop: WooShop) -> None:
    cleo.say("code", "plan", "once", "--amount", "5.00", "--uses", "1")
    later = cleo.ask("code", "batch", "once", "3", "--creator", "cleo", "--later", *LABEL)["codes"]
    assert [(one["works"], one["message"], one["state"]) for one in later] == [(False, None, "wanted")] * 3
    assert cleo.ask("code", "list") == {"codes": []}
    assert len(shop.coupons.kept) == 0


def test_a_shop_that_can_not_be_asked_has_a_stock(cleo: Terminal, tmp_path: Path) -> None:
    cleo.say("connection", "add", "generic", "--shop", "https://shop.example")
    assert cleo.refused("code", "plan", "fans", "--percent", "15") == "no_codes_there"
    cleo.say("code", "plan", "fans", "--percent", "15", "--uses", "1", "--source", "stock")
    file = tmp_path / "codes.csv"
    file.write_text("code\nFAN-0001\nFAN-0002\n")
    assert cleo.ask("code", "stock", "import", "fans", str(file), "--dry-run")["new"] == 2
    assert "2 of 2 codes were brought" in cleo.say("code", "stock", "import", "fans", str(file))
    (given,) = cleo.ask("code", "make", "fans", "--creator", "cleo", *LABEL)["codes"]
    assert (given["code"], given["works"]) == ("FAN-0001", True)
    assert [one["left"] for one in cleo.ask("code", "stock", "show")["stocks"]] == [1]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("plan", "fans", "--percent", "15", "--amount", "5"), "bad_discount"),
        (("plan", "Fans!", "--percent", "15"), "bad_plan"),
        (("plan", "fans", "--percent", "much"), "bad_percent"),
        (("plan", "fans", "--amount", "much"), "bad_amount"),
        (("plan", "nothere"), "unknown_plan"),
        (("make", "nothere", "--creator", "cleo", *LABEL), "unknown_plan"),
        (("make", "nothere", "--creator", "cleo"), "label_missing"),
        (("rotate", "nothere"), "unknown_code"),
        (("end", "nothere"), "unknown_code"),
        (("stock", "import", "fans", "/nowhere.csv"), "no_file"),
    ],
)
def test_a_mistake_makes_nothing(cleo: Terminal, shop: WooShop, args: tuple[str, ...], code: str) -> None:
    assert cleo.refused("code", *args) == code
    assert len(shop.coupons.kept) == 0
