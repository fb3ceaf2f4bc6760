"""The client that plays the demonstration: answers come back to the requests they belong to."""

import asyncio
import re

import pytest

from fanshare.cli.demo_http import Lanes, request


async def _mirror(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers every request with its own path, in pieces of a few bytes."""
    while line := await reader.readline():
        path = line.split(b" ")[1]
        length = 0
        while (header := await reader.readline()) != b"\r\n":
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        await reader.readexactly(length)
        answer = b"HTTP/1.1 302 Found\r\nlocation: %s\r\ncontent-length: 4\r\n\r\n\r\n\r\n" % path
        for place in range(0, len(answer), 7):
            writer.write(answer[place : place + 7])
            await writer.drain()
            await asyncio.sleep(0)
        if path == b"/hang-up":
            writer.close()
            return


async def _send(paths: list[str], lanes: int) -> list[str]:
    server = await asyncio.start_server(_mirror, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        async with Lanes(host, port, lanes) as client:
            answers = await client.send(request("GET", path, {"x": "y"}, b"body") for path in paths)
    finally:
        server.close()
    assert {answer.status for answer in answers} <= {302}
    return [answer.search(re.compile(rb"location: (\S+)")) for answer in answers]


@pytest.mark.parametrize("lanes", [1, 3, 8])
def test_every_request_gets_its_own_answer(lanes: int) -> None:
    paths = [f"/r/{number}" for number in range(50)]
    assert asyncio.run(_send(paths, lanes)) == paths


def test_no_requests_get_no_answers() -> None:
    assert asyncio.run(_send([], 2)) == []


def test_a_server_that_hangs_up_is_an_error_and_no_waiting() -> None:
    with pytest.raises(ConnectionError):
        asyncio.run(_send(["/hang-up", "/never"], 1))
