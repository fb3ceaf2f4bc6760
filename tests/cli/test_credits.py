"""Shop credit from the command line: allowed, turned, listed, taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fanshare.world.woo_shop import WooShop
from tests.cli.orders import DAY, bring, state
from tests.cli.test_asking import OLD, Shop, shop

__all__ = ["shop"]


@pytest.fixture
def woo(shop: Shop) -> Iterator[tuple[WooShop, str]]:
    """A WooCommerce that Bea has keys for and that has sold in euros."""
    term = shop.terminal
    with WooShop() as running:
        term.env |= {"FANSHARE_SHOP_KEY": running.key, "FANSHARE_SHOP_SECRET": running.secret}
        at = term.ask("connection", "add", "woocommerce", "--shop", running.url)["endpoint"]
        bring(term, at, state("W1", shop.now - DAY))
        yield running, at


def test_what_is_ready_becomes_a_code_and_comes_back(shop: Shop, woo: tuple[WooShop, str]) -> None:
    running, at = woo
    shop.sell("1007", ago=OLD)
    term = shop.terminal
    assert term.ask("credit", "offers", shop.finn) == {"offers": []}
    assert term.refused("credit", "allow", "--shop", shop.endpoint) == "no_codes_there"
    assert "may be taken there" in term.say("credit", "allow", "--shop", at)
    assert term.ask("credit", "offers", shop.finn)["offers"] == [{"shop": at, "most": "1.41", "currency": "EUR"}]
    assert term.refused("credit", "turn", shop.finn, "--shop", at) == "not_confirmed"
    made = term.ask("credit", "turn", shop.finn, "--shop", at, "--amount", "1.00", "--key", "once", "--yes")
    assert (made["state"], made["amount"], made["owner"]) == ("shown", "1.00", shop.finn)
    assert running.coupons.of(made["code"].lower()) is not None
    again = term.ask("credit", "turn", shop.finn, "--shop", at, "--amount", "1.00", "--key", "once", "--yes")
    assert again["id"] == made["id"]
    assert (
        term.refused("credit", "turn", shop.finn, "--shop", at, "--amount", "0.42", "--yes", exit_code=1) == "not_ready"
    )
    assert [one["code"] for one in term.ask("credit", "list", shop.finn)["credits"]] == [made["code"]]
    assert term.refused("credit", "cancel", made["id"]) == "not_confirmed"
    assert term.refused("credit", "cancel", "999", "--yes") == "unknown_credit"
    back = term.ask("credit", "cancel", made["id"], "--yes")
    assert (back["state"], back["code"]) == ("cancelled", "")
    assert term.ask("credit", "offers", shop.finn)["offers"][0]["most"] == "1.41"
    assert "No new credit" in term.say("credit", "allow", "--shop", at, "--end")
    assert term.ask("credit", "offers", shop.finn) == {"offers": []}
    assert term.refused("credit", "turn", shop.finn, "--shop", at, "--yes", exit_code=1) == "no_offer"
    assert term.ask("check")["ok"]


def test_codes_that_a_brand_made_itself_are_brought_given_and_given_back(shop: Shop, tmp_path: Path) -> None:
    term, at = shop.terminal, shop.endpoint
    shop.sell("1007", ago=OLD)
    file = tmp_path / "codes.csv"
    file.write_text("code,value,currency\nGIFT1,1.00,EUR\nGIFT2,1.41,EUR\nGIFT3,5.00,EUR\nGIFT4,none,EUR\n")
    stock = ("credit", "stock")
    looked = term.ask(*stock, "import", str(file), "--shop", at, "--dry-run")
    assert (looked["new"], [one["row"] for one in looked["refused"]]) == (3, [5])
    assert term.ask(*stock, "show") == {"stock": []}
    assert "row 5: The value is a number" in term.say(*stock, "import", str(file), "--shop", at)
    assert term.ask(*stock, "import", str(file), "--shop", at)["known"] == 3
    assert "may be taken there" in term.say("credit", "allow", "--shop", at)
    [offer] = term.ask("credit", "offers", shop.finn)["offers"]
    assert (offer["shop"], offer["values"]) == (at, ["1.00", "1.41"])
    made = term.ask("credit", "turn", shop.finn, "--shop", at, "--amount", "1.00", "--key", "once", "--yes")
    assert (made["state"], made["code"]) == ("shown", "GIFT1")
    turning = ("credit", "turn", shop.finn, "--shop", at, "--yes")
    assert term.refused(*turning, exit_code=1) == "no_offer", "what is left is worth more"
    assert term.refused(*turning, "--key", "x", "--amount", "0.40", exit_code=1) == "out_of_stock"
    assert term.ask("credit", "cancel", made["id"], "--yes")["state"] == "ending"
    assert term.refused(*stock, "answer", made["id"], "--unused") == "not_confirmed"
    assert term.ask(*stock, "answer", made["id"], "--unused", "--yes")["state"] == "cancelled"
    assert [one["left"] for one in term.ask(*stock, "show")["stock"]] == [0, 1, 1]
    remove = (*stock, "remove", str(file), "--shop", at)
    gone = term.ask(*remove, "--dry-run")
    assert [gone[name] for name in ("out", "given", "aside", "unknown")] == [3 - 1, 1, 0, 1]
    assert term.refused(*remove) == "not_confirmed"
    assert "2 codes were taken out. 1 were given" in term.say(*remove, "--yes")
    assert [one["left"] for one in term.ask(*stock, "show")["stock"]] == [0]
    assert term.ask("check")["ok"]
