"""``operator``, ``brand`` and ``login-link``: who may come in by the browser, and the link that lets her in."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.integrations.mail.running import Mailbox, smtp_server, trust


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


def test_mia_is_let_in_to_a_workbench_of_her_own_without_any_programme(bea: Terminal) -> None:
    address = "mia@example.test"
    assert bea.refused("login-link", address) == "unknown_address"
    assert bea.ask("workbench", "open", address) == {"added": True}
    assert bea.ask("workbench", "open", address.upper()) == {"added": False}
    assert "It works once, until" in bea.say("login-link", address)
    assert bea.ask("workbench", "end", address, "--with-books") == {"removed": True}
    assert bea.refused("workbench", "end", address) == "unknown_address"
    assert bea.refused("login-link", address) == "unknown_address"
    assert bea.refused("workbench", "open", "no address") == "bad_email"


def test_a_login_link_is_printed_for_whoever_is_known_and_nobody_else(cleo: Terminal) -> None:
    made = cleo.ask("login-link", "Cleo@example.test")
    assert re.fullmatch(r"https://share\.example/sign-in/confirm\?t=[\w-]{43}", made["url"])
    assert "It works once, until" in cleo.say("login-link", "cleo@example.test")
    assert "It works once, until" in cleo.say("login-link", "cleo@example.test", "--forget-app")
    assert cleo.refused("login-link", "stray@example.test") == "unknown_address"
    assert cleo.refused("login-link", "stray") == "bad_email"


@pytest.mark.filterwarnings("ignore:Session.login_data is deprecated")
def test_mail_test_says_what_works_and_sends_by_it(bea: Terminal, tmp_path: Path) -> None:
    assert bea.refused("mail", "test", "otto@example.test") == "no_mail"
    mailbox = Mailbox()
    with smtp_server(mailbox, trust(tmp_path), "none") as server:
        mail = {"HOST": "127.0.0.1", "PORT": str(server.port), "SECURITY": "none"}
        env = {**bea.env, **{f"FANSHARE_SMTP_{name}": value for name, value in mail.items()}}
        terminal = Terminal({**env, "FANSHARE_MAIL_FROM": "shop@example.test"})
        said = terminal.say("mail", "test", "otto@example.test")
        assert f"Port {server.port} works." in said
        assert "Port 465: nobody listens there" in said
    assert [one["To"] for one in mailbox.sent] == ["otto@example.test"]
    found = terminal.ask("mail", "test", "otto@example.test", exit_code=1)
    assert [one["state"] for one in found["ports"]] == ["refused"] * 3
