"""Syncs counted before the answers, from outside by strace; segments cut or zeroed at every byte of the last record."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from fanshare.spool.format import Codec
from fanshare.spool.writer import SpoolWriter
from tests.edge.test_server import prepared
from tests.spool.test_writer import identity, read_ids, segments

_EDGE = """
import os, sys
from pathlib import Path
from fanshare.edge import server
from fanshare.integrations.types import Verdict, Verification
from fanshare.spool.gather import Gather
if "hasty" in sys.argv:
    async def commit(self, *record):
        self.put(*record)
    Gather.commit = commit
listener = server.bind("127.0.0.1", 0)
print(listener.getsockname()[1], os.getpid(), flush=True)
accept = lambda raw, headers, secrets, now: Verification(Verdict.ACCEPTED)
server.run(Path(sys.argv[1]), listener=listener, verifiers={"plain": accept})
"""
_LINE = re.compile(r"^(\d+)\s+(<\.\.\. )?(\w+)(.*)$")
POSTS = 40


def strace() -> str:
    """Where it is. Where it is missing or may not watch anybody, the test is skipped and says so."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed (apt install strace)")
    tried = subprocess.run([found, "-qq", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"strace may not watch a process here: {tried.stderr.strip()}")
    return found


def watched(home: Path, *how: str) -> list[str]:
    """What an edge asked of the kernel while it took ``POSTS`` deliveries, eight at a time."""
    prepared(home)
    log = home / "strace.log"
    environ = {key: value for key, value in os.environ.items() if not key.startswith("FANSHARE_")}
    calls = "trace=pwrite64,fdatasync,sendto,sendmsg,write,writev"
    child = subprocess.Popen(
        [strace(), "-f", "-y", "-qq", "-o", log, "-e", calls, sys.executable, "-c", _EDGE, str(home), *how],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ,
    )
    assert child.stdout is not None
    port, pid = map(int, child.stdout.readline().split())
    try:
        transport = httpx.HTTPTransport(retries=5)
        with httpx.Client(transport=transport, trust_env=False, timeout=60) as client, ThreadPoolExecutor(8) as pool:
            url = f"http://127.0.0.1:{port}/hooks/bea-shop"
            answers = list(pool.map(lambda _: client.post(url, content=b"{}").status_code, range(POSTS)))
        assert answers == [200] * POSTS
    finally:
        os.kill(pid, signal.SIGTERM)
        child.wait(60)
        child.stdout.close()
    return log.read_text(errors="replace").splitlines()


def unsafe_answers(lines: Iterable[str]) -> tuple[int, int, int]:
    """How many 200s there were, how many of them before the disk had as many deliveries, and how many syncs."""
    written = synced = thanked = early = syncs = 0
    reached: dict[str, int] = {}
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue
        thread, resumed, call, rest = found.groups()
        if call == "pwrite64" and not resumed and "/hooks/" in rest and "FANSPOOL" not in rest:
            written += 1
        elif call == "fdatasync":
            if not resumed and "/hooks/" in rest:
                reached[thread] = written
            if thread in reached and rest.rstrip().endswith("= 0"):
                synced, syncs = max(synced, reached.pop(thread)), syncs + 1
        elif "HTTP/1.1 200" in rest and not resumed:
            thanked += 1
            early += thanked > synced
    return thanked, early, syncs


def test_no_200_leaves_the_edge_before_the_disk_has_the_delivery(tmp_path: Path) -> None:
    thanked, early, syncs = unsafe_answers(watched(tmp_path))
    assert (thanked, early) == (POSTS, 0)
    assert 0 < syncs <= POSTS + 2  # many share one


def test_a_hasty_edge_is_seen_from_outside(tmp_path: Path) -> None:
    thanked, early, _ = unsafe_answers(watched(tmp_path, "hasty"))
    assert thanked == POSTS
    assert early


def three_records(directory: Path) -> tuple[Path, bytes, int]:
    """A segment of three records whose writer is gone, its bytes, and where the last record begins."""
    writer = SpoolWriter(directory, "clicks")
    sizes = []
    for number in range(3):
        writer.append(1, b"record %d, to the last byte" % number, identity(number))
        sizes.append(writer.used)
    writer.close()
    path = segments(directory)[-1]
    return path, path.read_bytes(), sizes[1]


@pytest.mark.parametrize("how", ["cut", "zeroed"])
def test_whatever_is_left_of_the_last_record_the_others_are_read_and_nothing_is_made_up(
    tmp_path: Path, how: str
) -> None:
    path, whole, begin = three_records(tmp_path)
    for place in range(begin, len(whole)):
        path.write_bytes(whole[:place] + (b"" if how == "cut" else bytes(len(whole) - place)))
        assert read_ids(tmp_path) == [0, 1]
    path.write_bytes(whole)
    assert read_ids(tmp_path) == [0, 1, 2]


def test_without_the_checksum_a_record_that_ends_in_zeros_would_be_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Codec, "_crc", lambda self, *_: 0)
    path, whole, _ = three_records(tmp_path)
    path.write_bytes(whole[:-3] + bytes(3))
    assert read_ids(tmp_path) == [0, 1, 2]
