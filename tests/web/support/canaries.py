"""Everything an installation leaves behind, in which no word of her sealed books may stand in clear."""

import subprocess
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from fanshare.flows import workbench_lock
from fanshare.store.access import connect
from fanshare.upkeep.dumping import dump
from tests.edge.running import KEYS
from tests.web.support.address import account
from tests.web.support.books import send
from tests.web.support.company import Company
from tests.web.support.device import Device
from tests.web.support.passkey import Authenticator, content, text
from tests.web.support.passkey_pages import add as add_passkey
from tests.web.support.passkey_pages import answered, let


def left_behind(company: Company, dumped: bytes, logs: str, *folders: Path) -> list[bytes]:
    """The backup, the logs, and every file of the installation's home (its spool too) and of these folders."""
    files = [one for folder in (company.house.home, *folders) for one in folder.rglob("*") if one.is_file()]
    return [dumped, logs.encode(), *(one.read_bytes() for one in files)]


def seen_in(found: Iterable[bytes], words: Iterable[str | bytes]) -> list[bytes]:
    """Those words that stand there, as they are or in hex."""
    wanted = [one.encode() if isinstance(one, str) else one for one in words]
    texts = list(found)
    return [one for one in wanted if any(one in text or one.hex().encode() in text for text in texts)]


def overheard(patch: pytest.MonkeyPatch) -> list[bytes]:
    """What every program of ours is told from now on: arguments, environment, input."""
    said: list[bytes] = []
    run = subprocess.run

    def listening(command: list[str], **how: Any) -> Any:
        said.append("\n".join([*command, *map(str, (how.get("env") or {}).items())]).encode())
        said.append(how.get("input") or b"")
        return run(command, **how)

    patch.setattr(subprocess, "run", listening)
    return said


def backed_up(company: Company) -> bytes:
    """The database as a backup holds it, before that is sealed."""
    found: list[bytes] = []
    with connect(company.house.database.dsn(owner=True)) as conn, conn.transaction():
        row = conn.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        dump(company.house.database.dsn(owner=True), row[0], found.append, compress="none")
    return b"".join(found)


def opened_by_passkey(company: Company, cleo: Device, passphrase: str) -> list[bytes]:
    """Her books opened by a passkey, rightly and wrongly: what its device made, and the key of the books."""
    authenticator = Authenticator()
    assert add_passkey(cleo, authenticator).status == 200
    assert let(cleo, authenticator, passphrase).status == 302
    again = company.device("cleo")
    sent = answered(again, authenticator)
    assert send(again, "/workbench/unlock", **sent).status == 302
    for spoiled in ({"passkey_answer": "{}"}, {"passkey_answer": "x" * 20_000}):
        assert send(again, "/workbench/unlock", **{**sent, **spoiled}).status == 422
    mine = account("cleo@example.test")
    key = workbench_lock.unlock(company.house.conn, KEYS, mine, passphrase, company.house.now).key
    secrets = [content(sent["passkey_made"]), key]
    return [form for one in secrets for form in (one, text(one).encode(), b64encode(one), one.hex().encode())]
