"""A shop's pictures: a real HTTP server that gives files, or answers as it is told to."""

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass
class FileServer:
    """Listens inside the ``with`` block. ``files``: path -> bytes, or a status, or an address to lead to.

    ``drip``: seconds before each further byte of the headers, for ever.
    """

    files: dict[str, bytes | int | str] = field(default_factory=dict)
    drip: float = 0
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        files = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                files.asked.append(self.path)
                found = files.files.get(self.path, 404)
                if files.drip:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
                    for _ in range(100):
                        time.sleep(files.drip)
                        self.wfile.write(b"x")
                    return
                self.send_response(found if isinstance(found, int) else 302 if isinstance(found, str) else 200)
                if isinstance(found, str):
                    self.send_header("Location", found)
                self.end_headers()
                if isinstance(found, bytes):
                    self.wfile.write(found)

            def log_message(self, *args: object) -> None:
                del args

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *args: object) -> None:
                """Whoever asks may hang up in the middle."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str = "/a.jpg", host: str = "127.0.0.1") -> str:
        """The address of a file."""
        return f"http://{host}:{self._server.server_address[1]}{path}"
