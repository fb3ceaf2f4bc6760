"""Tells systemd that a process is ready (sd_notify(3), ``Type=notify``); nothing where nobody listens."""

import contextlib
import os
import socket

VARIABLE = "NOTIFY_SOCKET"


def ready() -> None:
    """Say so once. Children do not inherit the address: they would speak for their parent."""
    address = os.environ.pop(VARIABLE, "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
        speaker.sendto(b"READY=1", address)
