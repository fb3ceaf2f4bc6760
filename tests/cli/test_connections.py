"""What Otto does with a connection from the command line: health, a look at what was missed, a pause, secrets, keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fanshare.core.instants import DAY, format_rfc3339
from fanshare.integrations.woocommerce.plugin import plugin_zip
from fanshare.integrations.woocommerce.webhooks import TOPICS
from fanshare.world.woo_shop import WooShop
from tests.cli.conftest import Terminal
from tests.jobs.test_reconciliation import order


@pytest.fixture
def shop() -> Iterator[WooShop]:
    with WooShop() as running:
        yield running


@pytest.fixture
def woo(bea: Terminal, shop: WooShop) -> str:
    """Bea's shop, connected; the end of its delivery URL."""
    bea.env |= {"FANSHARE_SHOP_KEY": shop.key, "FANSHARE_SHOP_SECRET": shop.secret}
    made = bea.ask("connection", "add", "woocommerce", "--shop", shop.url, "--secret", "whsec_woo_demo", "--webhooks")
    assert made["webhooks"] == {
        "endpoint": made["endpoint"],
        "created": list(TOPICS),
        "repaired": [],
        "problem": "",
    }
    return str(made["endpoint"])


def test_webhooks_are_made_with_the_connection_and_put_right_on_demand(bea: Terminal, shop: WooShop, woo: str) -> None:
    assert {one["delivery_url"] for one in shop.webhooks.kept.values()} == {f"https://share.example/hooks/{woo}"}
    shop.webhooks.disable("order.created")
    assert bea.say("connection", "webhooks") == "Put right: order.created.\n"
    assert bea.say("connection", "webhooks", woo) == "All webhooks are as they should be.\n"
    bea.env["FANSHARE_URL"] = ""
    assert bea.refused("connection", "webhooks", exit_code=1) == "no_address"


def test_a_key_that_may_only_read_connects_the_shop_all_the_same(bea: Terminal, shop: WooShop) -> None:
    shop.change_keys("ck_r", "cs_r", may_write=False)
    bea.env |= {"FANSHARE_SHOP_KEY": "ck_r", "FANSHARE_SHOP_SECRET": "cs_r"}
    said = bea.say("connection", "add", "woocommerce", "--shop", shop.url, "--webhooks")
    assert "Delivery URL" in said
    assert "may only read" in said


def test_everything_since_a_day_is_listed_again_with_a_summary(bea: Terminal, shop: WooShop, woo: str) -> None:
    now = 1_795_313_000_000_000
    for number in (1, 2, 3):
        shop.put(order(number, now - number * DAY))
    since = format_rfc3339(now - 10 * DAY)[:10]
    found = bea.ask("connection", "reconcile", woo, "--since", since)
    assert (found["listed"], found["changed"], found["refused"]) == (3, 3, 0)
    assert bea.say("connection", "reconcile", "--since", since).startswith("3 orders listed: 0 missed and fetched, 0")
    assert bea.refused("connection", "reconcile", "--since", "2100-01-01") == "bad_time"
    assert bea.refused("connection", "reconcile", "--since", "yesterday") == "bad_time"
    assert bea.refused("connection", "reconcile", "no-such") == "which_connection"


def test_health_is_a_line_for_each_connection_and_bad_when_keys_are_refused(
    bea: Terminal, shop: WooShop, woo: str
) -> None:
    (row,) = bea.ask("connection", "health")["connections"]
    assert (row["endpoint"], row["level"], row["summary"]) == (woo, "ok", "never heard")
    assert len(row["days"]) == 7
    shop.change_keys("ck_other", "cs_other")
    assert bea.refused("connection", "reconcile", exit_code=1) == "shop_refused"
    said = bea.call("connection", "health")
    assert said.exit_code == 1
    assert f"BAD  {woo}: never heard" in said.stdout
    assert "The shop refused our key" in said.stdout
    bea.env |= {"FANSHARE_SHOP_KEY": "ck_other", "FANSHARE_SHOP_SECRET": "cs_other"}
    assert bea.say("connection", "keys") == f"{woo} is asked with the new key from now on.\n"
    assert bea.ask("connection", "health")["connections"][0]["level"] == "ok"
    assert bea.refused("connection", "keys", "--remove") == "half_a_key"


def test_a_pause_is_said_once_and_shown(bea: Terminal, woo: str) -> None:
    assert bea.ask("connection", "pause", woo) == {"endpoint": woo, "on": False, "changed": True}
    assert bea.say("connection", "pause") == f"{woo} was paused already.\n"
    assert bea.ask("connection", "list")["connections"][0]["on"] is False
    assert "paused just now" in bea.say("connection", "health")
    assert "What came meanwhile is fetched now." in bea.say("connection", "resume")


def test_secrets_are_added_listed_by_marks_and_retired(bea: Terminal, woo: str) -> None:
    made = bea.ask("connection", "secret", "add", woo)
    assert made["secret"].startswith("whsec_")
    listed = bea.call("connection", "secret", "list").stdout
    assert made["secret"] not in listed
    marks = [one["mark"] for one in bea.ask("connection", "secret", "list")["secrets"]]
    assert len(marks) == 2
    bea.say("connection", "secret", "retire", marks[1])
    assert bea.refused("connection", "secret", "retire", marks[0], exit_code=1) == "last_secret"
    assert bea.refused("connection", "secret", "retire", "00000000") == "unknown_secret"
    bea.env["FANSHARE_HOOK_SECRET"] = "the shop's own secret"
    assert bea.say("connection", "secret", "add").count("secret") == 1, "a secret that was given is not printed"
    assert bea.ask("connection", "secret", "show")["secret"] == "the shop's own secret"


def test_an_empty_quarantine_says_so(bea: Terminal, woo: str) -> None:
    assert bea.ask("inbox", "quarantine", "list") == {"quarantined": []}
    assert bea.say("inbox", "quarantine", "retry", "--endpoint", woo) == "Nothing is in quarantine.\n"


def test_the_plugin_is_written_to_a_file(bea: Terminal, tmp_path: Path) -> None:
    bea.say("connection", "plugin", str(tmp_path / "fanshare.zip"))
    assert (tmp_path / "fanshare.zip").read_bytes() == plugin_zip()
    assert bea.refused("connection", "plugin", str(tmp_path / "no" / "fanshare.zip")) == "cannot_write"
