"""``operator``, ``brand`` and ``login-link``: who may come in by the browser, and the link that lets her in."""

import re

from tests.cli.conftest import Terminal


def test_otto_and_bea_are_let_in_listed_and_let_go(bea: Terminal) -> None:
    for group in ("operator", "brand"):
        address = f"{group}@example.test"
        assert bea.ask(group, "add", address)["added"] is True
        assert bea.ask(group, "add", address.upper())["added"] is False
        rows = next(iter(bea.ask(group, "list").values()))
        assert address in [row["address"] for row in rows]
        assert address in bea.say(group, "list")
        assert bea.ask(group, "remove", address) == {"removed": True}
        assert bea.refused(group, "remove", address) == "unknown_address"
        assert bea.refused(group, "add", "no address") == "bad_email"


def test_a_login_link_is_printed_for_whoever_is_known_and_nobody_else(cleo: Terminal) -> None:
    made = cleo.ask("login-link", "Cleo@example.test")
    assert re.fullmatch(r"https://share\.example/sign-in/confirm\?t=[\w-]{43}", made["url"])
    assert "It works once, until" in cleo.say("login-link", "cleo@example.test")
    assert cleo.refused("login-link", "stray@example.test") == "unknown_address"
    assert cleo.refused("login-link", "stray") == "bad_email"
