"""What a host lets out, tried on servers that work, refuse, say nothing, or are never reached."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from fanshare.cli.mail import SENDING
from fanshare.integrations.mail.probe import PATIENCE, probe, ways
from fanshare.integrations.mail.types import MailServer
from tests.integrations.mail.running import Mailbox, Trust, smtp_server, trust

#: The test server tells its own later version something.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Session.login_data is deprecated"),
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return trust(tmp_path_factory.mktemp("tls"))


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextmanager
def dropped() -> Iterator[int]:
    """A port whose every packet is dropped: its queue is full and nobody takes anything from it."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port: int = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for one in fillers:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        time.sleep(0.1)
        yield port
        for one in fillers:
            one.close()


def test_a_blocked_port_is_told_beside_the_one_that_works(trusted: Trust) -> None:
    began = time.monotonic()
    with smtp_server(Mailbox(), trusted, "starttls") as server, dropped() as port:
        first, second = probe(server, [(server.port, "starttls"), (port, "tls")], tls=trusted.client, patience=2)
    assert (first.state, first.sentence) == ("works", f"Port {server.port} works.")
    assert second.state == "blocked"
    assert second.sentence == (
        f"Port {port} is blocked on the way out: nothing comes back. Many hosts block it; {server.port} works."
    )
    assert time.monotonic() - began < 10, "what the other port takes is no reason to wait for long"


def test_a_port_that_says_nothing_is_no_port_that_works() -> None:
    began = time.monotonic()
    with silent() as port:
        server = MailServer("127.0.0.1", port, "starttls", "a@example.test")
        [found] = probe(server, [(port, "starttls")], patience=1.5)
    assert time.monotonic() - began < 10, "patience is kept whatever a port does"
    assert PATIENCE + SENDING <= 15
    assert (found.state, "says nothing" in found.sentence) == ("blocked", True)
    assert "Many hosts" not in found.sentence


def test_refusals_are_told_apart(trusted: Trust) -> None:
    with smtp_server(Mailbox(), trusted, "tls") as server:
        wrong = replace(server, password="wrong")
        states = {
            "works": probe(server, [(server.port, "tls")], tls=trusted.client)[0].state,
            "login": probe(wrong, [(server.port, "tls")], tls=trusted.client)[0].state,
            "certificate": probe(server, [(server.port, "tls")])[0].state,
        }
        assert states == {name: name for name in states}
    [gone] = probe(server, [(server.port, "tls")], tls=trusted.client)
    assert gone.state == "refused"
    [nowhere] = probe(replace(server, host="x" * 64 + ".example"), [(465, "tls")], patience=2)
    assert nowhere.state == "name"


def test_the_port_that_is_set_up_comes_first_and_none_twice() -> None:
    server = MailServer("smtp.example.test", 465, "tls", "a@example.test")
    assert ways(server) == [(465, "tls"), (587, "starttls")]
    assert ways(replace(server, port=2525, security="starttls")) == [
        (2525, "starttls"),
        (587, "starttls"),
        (465, "tls"),
    ]
