"""The guard that keeps tests on this machine: what it refuses, what it lets through, and that it is switched on."""

import socket
import subprocess
import sys

import pytest

from tests.support.loopback import OutsideConnectionError, is_local
from tests.support.tree import ROOT

#: TEST-NET-1 (RFC 5737) belongs to nobody; connecting a datagram socket sends nothing even where the guard is off.
OUTSIDE = ("192.0.2.1", 9)

PROBE = f"""
import socket
try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect({OUTSIDE!r})
except OSError:
    pass
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_connection_to_another_machine_is_refused() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe,
        pytest.raises(OutsideConnectionError, match=r"192\.0\.2\.1"),
    ):
        probe.connect(OUTSIDE)


def test_a_datagram_to_another_machine_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, pytest.raises(OutsideConnectionError):
        probe.sendto(b"x", OUTSIDE)


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(OutsideConnectionError, match=r"shop\.example"):
        socket.getaddrinfo("shop.example", 443)


def test_without_the_guard_the_same_connection_is_nobodys_business() -> None:
    guarded = run("from tests.support import loopback; loopback.install()" + PROBE)
    assert "OutsideConnectionError" in guarded.stderr
    assert run(PROBE).returncode == 0


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_unix_sockets_are_open() -> None:
    with socket.socket(socket.AF_UNIX) as client, pytest.raises(FileNotFoundError):
        client.connect("/nonexistent/socket")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", b"localhost", "localhost", "", None])
def test_this_machine_goes_by_these_names(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "0.0.0.0", "fe80::1%eth0", "localhost.example", "shop.example", 7])
def test_other_machines_do_not(host: object) -> None:
    assert not is_local(host)
