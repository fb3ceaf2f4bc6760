"""Messages go to the public internet and nowhere else, however the address is written."""

import socket
from typing import Any

import pytest

from fanshare.core.instants import parse_rfc3339
from fanshare.integrations.outgoing.addresses import TargetRefusedError, allowed, is_public
from fanshare.integrations.outgoing.send import Sender
from tests.support.receiver import Receiver

NOW = parse_rfc3339("2026-11-25T12:00:00Z")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_public_addresses_are_called(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "ff02::1",
    ],
)
def test_addresses_of_this_machine_and_its_network_are_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "::1"])
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(TargetRefusedError):
        allowed(host, 80)


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(TargetRefusedError):
        allowed("shop.example", 80)


def test_a_name_is_resolved_for_every_message_so_that_it_can_not_change_its_mind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: whatever the name meant when the target was made, what it means now is what counts."""
    asked: list[Any] = []

    def resolve(*_: Any, **__: Any) -> Any:
        asked.append(1)
        return [(2, 1, 6, "", ("127.0.0.1", 80))]

    with Receiver() as receiver, Sender() as sender:
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        url = receiver.url.replace("127.0.0.1", "shop.example")
        for _ in range(2):
            assert not sender.send(url, [SECRET], "evt_1", b"{}", NOW).taken
        assert receiver.got == []
        assert len(asked) == 2


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with Receiver() as inner, Receiver(status=307, location=inner.url) as outer, Sender(private_too=True) as sender:
        sent = sender.send(outer.url, [SECRET], "evt_1", b"{}", NOW)
        assert (sent.taken, sent.answered, sent.said) == (False, True, "It answered 307.")
        assert inner.got == []


def test_what_can_not_be_reached_says_so_in_a_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Sender(private_too=True) as sender:
        sent = sender.send(f"http://127.0.0.1:{port}/", [SECRET], "evt_1", b"{}", NOW)
        assert not sent.taken
        assert not sent.answered
        assert "can't be reached" in sent.said
