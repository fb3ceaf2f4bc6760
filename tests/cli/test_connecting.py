"""Connecting each kind of shop: what is asked for, what is printed, and a clear word where something is missing."""

import re
from pathlib import Path

import pytest

from fanshare.integrations.shopify import storefront
from fanshare.web.snippet import tag
from tests.cli.conftest import Terminal
from tests.integrations.stripe.story import SECRET

SHOPIFY = ("connection", "add", "shopify", "--shop", "linen-by-bea.myshopify.com")
STRIPE = ("connection", "add", "stripe", "--host", "linen.example")
CLIENT_SECRET = "shpss_0123456789abcdef"
KEY = "rk_live_abcdefgh1"


def test_an_app_of_shopify_signs_with_its_client_secret_which_is_not_shown(bea: Terminal) -> None:
    bea.env |= {"FANSHARE_SHOP_KEY": "client-id", "FANSHARE_SHOP_SECRET": CLIENT_SECRET}
    made = bea.ask(*SHOPIFY, "--host", "linen.example")
    assert (made["shop"], made["can_be_asked"]) == ("https://linen-by-bea.myshopify.com", True)
    assert made["hosts"] == ["linen-by-bea.myshopify.com", "linen.example"]
    assert "secret" not in made
    assert bea.ask("connection", "secret", "show")["secret"] == CLIENT_SECRET
    said = bea.say(*SHOPIFY)
    assert "connection webhooks sho-" in said
    assert "compliance" in said
    assert CLIENT_SECRET not in said


def test_without_an_app_the_shops_own_secret_is_entered_afterwards_and_what_it_can_not_do_is_said(
    bea: Terminal, tmp_path: Path
) -> None:
    said = bea.say(*SHOPIFY)
    assert "Settings, Notifications, Webhooks" in said
    assert "orders count as reported by the shop" in said
    assert "fanshare connection secret add sho-" in said
    assert "Secret:" not in said, "a secret that we drew is worth nothing at Shopify"
    health = bea.ask("connection", "health")["connections"][0]
    assert health["summary"] == "never heard, orders as reported by the shop"
    (tmp_path / "hook").write_text("the shop's own secret\n")
    bea.env["FANSHARE_HOOK_SECRET_FILE"] = str(tmp_path / "hook")
    assert "secret add" not in bea.say(*SHOPIFY)


@pytest.mark.parametrize(
    ("more", "env", "code"),
    [
        (("--shop", ""), {}, "not_myshopify"),
        (("--shop", "https://linen.example"), {}, "not_myshopify"),
        (("--shop", "https://[x"), {}, "bad_address"),
        (("--host", "https://x"), {}, "bad_host"),
        (("--key", "client-id"), {}, "half_a_key"),
        (("--key", "client-id"), {"FANSHARE_SHOP_SECRET": "shpat_0123"}, "bad_key"),
    ],
)
def test_what_is_missing_for_shopify_is_said(
    bea: Terminal, more: tuple[str, ...], env: dict[str, str], code: str
) -> None:
    bea.env |= env
    assert bea.refused(*SHOPIFY, *more) == code
    assert bea.ask("connection", "list")["connections"] == []


def test_stripe_is_connected_with_a_restricted_key_alone(bea: Terminal) -> None:
    bea.env |= {"FANSHARE_SHOP_SECRET": KEY, "FANSHARE_HOOK_SECRET": SECRET.decode()}
    made = bea.ask(*STRIPE)
    assert (made["kind"], made["shop"], made["hosts"], made["can_be_asked"]) == ("stripe", "", ["linen.example"], True)
    said = bea.say(*STRIPE)
    assert "checkout.session" in said
    assert not {KEY, SECRET.decode(), "Without", "secret add"} & set(said.split())
    assert "--host" in bea.say("connection", "add", "stripe")
    bea.env["FANSHARE_SHOP_SECRET"] = KEY.replace("live", "test")
    assert "never earn anybody anything" in bea.say(*STRIPE)


def test_stripe_without_a_key_or_secret_says_what_comes_next(bea: Terminal) -> None:
    said = bea.say(*STRIPE)
    assert "Stripe then shows the signing secret" in said
    assert "Without a restricted key" in said
    assert "orders as reported" in bea.ask("connection", "health")["connections"][0]["summary"]


@pytest.mark.parametrize(
    ("more", "env", "code"),
    [
        ((), {"FANSHARE_SHOP_SECRET": "pk_live_abcdefgh1"}, "bad_key"),
        ((), {"FANSHARE_SHOP_SECRET": "whsec_abcdefgh1"}, "bad_key"),
        (("--key", KEY), {"FANSHARE_SHOP_SECRET": KEY}, "bad_key"),
        (("--secret", "secret"), {}, "bad_secret"),
    ],
)
def test_what_is_wrong_for_stripe_is_said(bea: Terminal, more: tuple[str, ...], env: dict[str, str], code: str) -> None:
    bea.env |= env
    assert bea.refused(*STRIPE, *more) == code


def test_the_address_of_a_site_that_sells_through_stripe_is_never_asked(bea: Terminal) -> None:
    bea.env["FANSHARE_SHOP_SECRET"] = KEY
    made = bea.ask("connection", "add", "stripe", "--shop", "https://linen.example")
    assert (made["shop"], made["hosts"]) == ("", ["linen.example"])


def test_the_others_are_connected_as_before(bea: Terminal) -> None:
    assert bea.refused("connection", "add", "woocommerce") == "shop_missing"
    assert bea.refused("connection", "add", "woocommerce", "--shop", "https://x.example", "--key", "k") == "half_a_key"
    assert bea.refused("connection", "add", "magento") == "unknown_connector"
    assert bea.ask("connection", "add", "generic")["secret"].startswith("whsec_")
    assert "Without a REST key" in bea.say("connection", "add", "woocommerce", "--shop", "https://x.example")


def test_a_new_client_secret_of_an_app_signs_beside_the_old_one(bea: Terminal) -> None:
    bea.env |= {"FANSHARE_SHOP_KEY": "client-id", "FANSHARE_SHOP_SECRET": CLIENT_SECRET}
    bea.say(*SHOPIFY)
    bea.env["FANSHARE_SHOP_SECRET"] = "shpss_another"
    bea.say("connection", "keys")
    assert len(bea.ask("connection", "secret", "list")["secrets"]) == 2
    assert bea.ask("connection", "secret", "show")["secret"] == "shpss_another"


def test_a_key_of_stripe_is_added_later_and_has_one_part(bea: Terminal) -> None:
    bea.say(*STRIPE)
    assert bea.refused("connection", "keys") == "half_a_key"
    bea.env["FANSHARE_SHOP_SECRET"] = KEY
    assert bea.ask("connection", "keys")["can_be_asked"] is True


def test_the_address_of_a_postback_is_printed_whole_and_needs_no_spelling(bea: Terminal) -> None:
    said = bea.say("connection", "add", "postback", "--host", "shop.example")
    (address,) = re.findall(r"call (https://share\.example/hooks/pos-\S+)", said)
    secret = bea.ask("connection", "secret", "show")["secret"]
    assert f"/{secret}?xid={{xid}}" in address
    assert re.fullmatch(r"[\w-]{32}", secret)


def test_what_goes_into_a_shops_pages_is_printed_to_be_pasted(bea: Terminal) -> None:
    assert bea.say("connection", "snippet") == tag("https://share.example") + "\n"
    assert bea.say("connection", "snippet", "shopify-theme").strip() == storefront.snippet(storefront.THEME).strip()
    assert bea.ask("connection", "snippet", "shopify-pixel")["text"] == storefront.snippet(storefront.PIXEL).strip()
    bea.env["FANSHARE_URL"] = ""
    assert bea.refused("connection", "snippet", exit_code=1) == "no_address"
