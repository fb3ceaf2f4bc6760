"""A network between a shop and the edge that delays, cuts and repeats; one seed decides about each request."""

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

#: What may happen to a request. ``again`` delivers the same bytes a second time, after the first answer.
WAYS = ("through", "late", "cut before", "cut within", "cut the answer", "answer lost", "again")


class Proxy:
    """Takes connections at ``port`` and passes them on, one request each. ``did`` counts what it did."""

    def __init__(self, target: int, seed: int) -> None:
        self.dice, self.target = random.Random(seed), target
        self.did: Counter[str] = Counter()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                shop, _ = self._listener.accept()
            except OSError:
                return
            with shop, contextlib.suppress(OSError):
                self._carry(shop)

    def _carry(self, shop: socket.socket) -> None:
        shop.settimeout(5)
        way = self.dice.choice(WAYS)
        self.did[way] += 1
        if way == "cut before":
            return
        request = _whole(shop)
        if way == "late":
            time.sleep(self.dice.uniform(0.01, 0.1))
        if way == "cut within":
            self._pass_on(request[: self.dice.randrange(1, len(request))], answered=False)
            return
        answer = self._pass_on(request, answered=way != "answer lost")
        if way == "again":
            answer = self._pass_on(request, answered=True)
        if way == "cut the answer":
            answer = answer[: self.dice.randrange(12)]
        shop.sendall(answer)

    def _pass_on(self, request: bytes, *, answered: bool) -> bytes:
        with socket.create_connection(("127.0.0.1", self.target), timeout=5) as edge:
            edge.sendall(request)
            return _whole(edge) if answered else b""


@contextmanager
def proxy_to(target: int, seed: int) -> Iterator[Proxy]:
    """A bad network in front of a port."""
    made = Proxy(target, seed)
    try:
        yield made
    finally:
        made.close()


def _whole(sock: socket.socket) -> bytes:
    """One message with its body, whose length is declared; what came, where the other side ends early."""
    received = b""
    while b"\r\n\r\n" not in received:
        if not (data := sock.recv(65_536)):
            return received
        received += data
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        if not (data := sock.recv(65_536)):
            break
        body += data
    return head + b"\r\n\r\n" + body
