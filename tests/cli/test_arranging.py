"""Arranging a programme: every command answers for people and for machines, and says plainly what it refuses."""

import base64
import json
from pathlib import Path

import pytest

from tests.cli.conftest import LABEL, SHIRT, TERMS, Terminal


def test_a_programme_is_founded_and_shown(empty: Terminal) -> None:
    made = empty.ask("programme", "create", "Bea's linen", "--currency", "eur", "--time-zone", "Europe/Berlin")
    assert (made["slug"], made["currency"], made["demo"]) == ("bea-s-linen", "EUR", False)
    assert [one["slug"] for one in empty.ask("programme", "list")["programmes"]] == ["bea-s-linen"]
    shown = empty.ask("programme", "show")
    assert (shown["terms"], shown["creators"], shown["log_size"]) == (None, 0, 0)
    assert "Bea's linen" in empty.say("programme", "list")


def test_the_only_programme_needs_no_name_and_one_of_two_does(empty: Terminal) -> None:
    assert empty.refused("programme", "show") == "no_programme"
    for slug in ("one", "two"):
        empty.say("programme", "create", "Bea", "--slug", slug, "--currency", "EUR")
    assert empty.refused("programme", "show") == "which_programme"
    assert empty.refused("programme", "show", "--programme", "three") == "unknown_programme"
    assert empty.ask("programme", "show", "--programme=two")["slug"] == "two"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("Bea", "--currency", "XXQ"), "unknown_currency"),
        (("Bea", "--currency", "EUR", "--country", "Germany"), "bad_country"),
        (("Bea", "--currency", "EUR", "--time-zone", "Mars/Olympus"), "unknown_time_zone"),
        (("Bea", "--currency", "EUR", "--slug", "No Slug"), "bad_slug"),
        (("Bea", "--currency", "EUR", "--terms", "/nowhere.toml"), "no_file"),
        ((" ", "--currency", "EUR"), "bad_name"),
        (("Bea",), "usage"),
    ],
)
def test_a_programme_with_a_mistake_is_not_founded(bea: Terminal, args: tuple[str, ...], code: str) -> None:
    assert bea.refused("programme", "create", *args) == code


def test_a_short_name_is_taken_once(bea: Terminal) -> None:
    again = ("programme", "create", "Bea", "--slug", bea.env["FANSHARE_PROGRAMME"], "--currency", "EUR")
    assert bea.refused(*again, exit_code=1) == "slug_taken"


def test_nothing_but_terms_comes_first(empty: Terminal) -> None:
    empty.say("programme", "create", "Bea", "--currency", "EUR")
    assert empty.refused("creator", "add", "Cleo", exit_code=1) == "no_terms"
    assert empty.ask("terms", "publish", str(TERMS))["version"] == 1
    empty.say("creator", "add", "Cleo")


def test_a_creator_has_a_page_and_no_follower_numbers(bea: Terminal) -> None:
    made = bea.ask("creator", "add", "Cléo Blau", "--slug", "cleo")
    assert made["page"] == f"https://share.example/c/{bea.env['FANSHARE_PROGRAMME']}/cleo"
    assert "follower" not in bea.say("creator", "add", "--help").lower()
    assert "Cléo Blau" in bea.say("creator", "list")
    assert bea.refused("creator", "add", "Cleo", exit_code=1) == "slug_taken"
    assert bea.refused("creator", "add", "Mira", "--email", "mira") == "bad_email"


def test_a_link_needs_its_advertising_label(cleo: Terminal) -> None:
    assert cleo.refused("link", "add", "--creator", "cleo", "--to", SHIRT) == "label_missing"
    made = cleo.ask("link", "add", "--creator", "Cleo", "--to", SHIRT, *LABEL)
    assert made["url"] == f"https://share.example/r/{made['code']}"
    assert made["message"] == f"Werbung: {made['url']}"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--creator", "stray", "--to", SHIRT), "unknown_party"),
        (("--creator", "cleo", "--to", "javascript:alert(1)"), "bad_destination"),
        (("--creator", "cleo", "--to", SHIRT, "--code", "a b"), "bad_link_code"),
        (("--creator", "cleo", "--to", SHIRT, "--link-class", "best"), "bad_link_class"),
        (("--creator", "cleo", "--to", SHIRT, "--fan", "cleo"), "wrong_party"),
    ],
)
def test_a_link_with_a_mistake_is_not_made(cleo: Terminal, args: tuple[str, ...], code: str) -> None:
    assert cleo.refused("link", "add", *args, *LABEL) == code
    assert cleo.ask("link", "list") == {"links": []}


def test_a_link_is_paused_resumed_and_ended(cleo: Terminal) -> None:
    code = cleo.ask("link", "add", "--creator", "cleo", "--to", SHIRT, *LABEL)["code"]
    for verb, state in (("pause", "paused"), ("resume", "active"), ("end", "ended")):
        assert cleo.ask("link", verb, code.upper())["state"] == state
    assert cleo.refused("link", "pause", "nothere") == "unknown_link"


def test_a_fan_joins_with_her_link_and_the_message_to_send(cleo: Terminal) -> None:
    made = cleo.ask("fan", "add", "--name", "Finn", "--of", "cleo", "--to", SHIRT, *LABEL)
    assert made["message"].startswith("Werbung: https://share.example/r/")
    links = cleo.ask("link", "list", "--of", made["public_id"])["links"]
    assert [(one["owner"], one["creator"], one["by_fan"]) for one in links] == [(made["public_id"], "cleo", True)]
    assert cleo.ask("link", "list", "--of", made["id"])["links"] == links
    assert "Finn" in cleo.say("fan", "list")


def test_a_fan_whose_link_is_refused_does_not_join_either(cleo: Terminal) -> None:
    assert cleo.refused("fan", "add", "--of", "cleo", "--to", SHIRT) == "label_missing"
    assert cleo.refused("fan", "add", "--of", "cleo") == "destination_missing"
    assert cleo.ask("fan", "list") == {"fans": []}


def test_a_code_belongs_to_one(cleo: Terminal) -> None:
    fan = cleo.ask("fan", "add")["public_id"]
    made = cleo.ask("code", "add", "Finn10", "--creator", "cleo", "--fan", fan, "--single-use", *LABEL)
    assert (made["code"], made["owner"], made["single_use"]) == ("Finn10", fan, True)
    assert cleo.refused("code", "add", "FINN10", "--creator", "cleo", *LABEL, exit_code=1) == "code_taken"
    assert cleo.refused("code", "add", "CLEO", "--creator", "cleo") == "label_missing"
    assert len(cleo.ask("code", "list", "--of", "cleo")["codes"]) == 1


@pytest.mark.parametrize(("percent", "bps"), [("25", 2500), ("0", 0), ("12.5", 1250), ("30 %", 3000)])
def test_a_creator_chooses_what_her_fans_get(cleo: Terminal, percent: str, bps: int) -> None:
    assert cleo.ask("choose-fan-part", "cleo", percent)["fan_bps"] == bps


@pytest.mark.parametrize(
    ("percent", "code"),
    [("31", "fan_part_out_of_limits"), ("a lot", "bad_percent"), ("NaN", "bad_percent"), ("1.234", "bad_percent"),
     ("1e99", "bad_percent"), ("٢٥", "bad_percent")],
)  # fmt: skip
def test_a_part_outside_the_terms_is_refused(cleo: Terminal, percent: str, code: str) -> None:
    assert cleo.refused("choose-fan-part", "cleo", percent) == code


def test_a_part_for_one_link_is_for_a_link_of_hers(cleo: Terminal) -> None:
    code = cleo.ask("link", "add", "--creator", "cleo", "--to", SHIRT, *LABEL)["code"]
    assert cleo.ask("choose-fan-part", "cleo", "5", "--link", code)["link"] == code
    cleo.say("creator", "add", "Mira")
    assert cleo.refused("choose-fan-part", "mira", "5", "--link", code) == "unknown_link"


def test_a_creator_is_put_into_a_group_that_the_terms_name_and_taken_out(cleo: Terminal, tmp_path: Path) -> None:
    assert cleo.refused("creator", "group", "cleo", "gold") == "unknown_group"
    terms = tmp_path / "terms.toml"
    terms.write_text(
        '[terms]\ngroups = ["gold"]\n[[commission]]\nid = "standard"\npercent = "12"\n'
        '[[commission]]\nid = "gold"\npercent = "20"\ngroups = ["gold"]\n'
    )
    cleo.say("terms", "publish", str(terms))
    assert cleo.refused("creator", "group", "cleo") == "no_group"
    assert cleo.refused("creator", "group", "cleo", "gold", "--none") == "no_group"
    assert cleo.refused("creator", "group", "nobody", "gold") == "unknown_party"
    assert cleo.ask("creator", "group", "cleo", "gold") == {"creator": "cleo", "group": "gold", "changed": True}
    assert not cleo.ask("creator", "group", "cleo", "gold")["changed"]
    assert [(one["creator"], one["group"]) for one in cleo.ask("creator", "groups")["groups"]] == [("cleo", "gold")]
    assert "keep their rates" in cleo.say("creator", "group", "cleo", "--none")
    assert cleo.ask("creator", "groups")["groups"] == []


def test_a_generic_shop_gets_an_address_and_a_secret_it_can_sign_with(bea: Terminal) -> None:
    made = bea.ask("connection", "add", "generic", "--shop", "https://shop.example", "--host", "www.shop.example")
    assert made["delivery_url"] == f"https://share.example/hooks/{made['endpoint']}"
    assert made["hosts"] == ["shop.example", "www.shop.example"]
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"), validate=True)) == 24
    assert bea.ask("connection", "secret", "show")["secret"] == made["secret"]
    assert made["secret"] not in bea.call("--json", "connection", "list").output


def test_a_woocommerce_shop_can_be_asked_with_its_key(bea: Terminal, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("cs_1\n")
    bea.env |= {"FANSHARE_SHOP_KEY": "ck_1", "FANSHARE_SHOP_SECRET_FILE": str(tmp_path / "secret")}
    made = bea.ask("connection", "add", "woocommerce", "--shop", "https://shop.example", "--secret", "typed by hand")
    assert (made["can_be_asked"], made["secret"]) == (True, "typed by hand")
    assert "cs_1" not in bea.call("--json", "connection", "list").output


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("punchcards",), "unknown_connector"),
        (("woocommerce",), "shop_missing"),
        (("woocommerce", "--shop", "shop.example"), "bad_address"),
        (("woocommerce", "--shop", "https://shop.example", "--key", "ck"), "half_a_key"),
        (("generic", "--host", "https://x/"), "bad_host"),
    ],
)
def test_a_connection_with_a_mistake_is_not_made(bea: Terminal, args: tuple[str, ...], code: str) -> None:
    assert bea.refused("connection", "add", *args) == code


def test_terms_are_explained_without_a_database(home: Path) -> None:
    terminal = Terminal({"FANSHARE_HOME": str(home), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    found = terminal.ask("terms", "check", str(TERMS), "--currency", "eur")
    assert any("12 % of the goods" in sentence for sentence in found["sentences"])
    assert "3.744" in " ".join(found["example"])
    assert not list(home.iterdir())


@pytest.mark.parametrize("content", ["", "[[commission]]\npercent = 101\n", "\x00", "follower_minimum = 1", "a = [1"])
def test_terms_with_a_mistake_name_it(bea: Terminal, tmp_path: Path, content: str) -> None:
    file = tmp_path / "terms.toml"
    file.write_text(content)
    assert bea.refused("terms", "check", str(file)) == "terms_invalid"
    assert bea.refused("terms", "publish", str(file)) == "terms_invalid"


def test_worse_terms_wait_their_notice(bea: Terminal, tmp_path: Path) -> None:
    lower = tmp_path / "lower.toml"
    lower.write_text(TERMS.read_text().replace('percent = "12"', 'percent = "10"'))
    assert lower.read_text() != TERMS.read_text()
    assert bea.refused("terms", "publish", str(lower), "--from", "2026-01-01") == "notice_too_short"
    done = bea.ask("terms", "publish", str(lower))
    assert (done["version"], bool(done["lowered"])) == (2, True)
    versions = bea.ask("terms", "list")["versions"]
    assert versions[0]["effective_at"] < versions[1]["effective_at"]
    assert bea.ask("terms", "show")["version"] == 1
    assert bea.ask("terms", "show", "2")["hash"] == done["hash"]
    assert bea.refused("terms", "show", "3") == "unknown_version"


def test_terms_may_be_json(bea: Terminal, tmp_path: Path) -> None:
    document = tmp_path / "terms.json"
    document.write_text(json.dumps(bea.ask("terms", "show")["document"]))
    assert bea.ask("terms", "check", str(document))["ok"]


def test_the_key_of_the_log_stays_the_same_under_another_name(bea: Terminal) -> None:
    key = bea.ask("key", "show")["key"]
    assert key.startswith("share.example/log/")
    bea.env["FANSHARE_URL"] = "https://new.example"
    assert bea.ask("key", "show")["key"] == key
