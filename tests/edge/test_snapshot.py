"""The snapshot: finds every link, refuses what was not written here, survives bad files."""

import asyncio
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.edge import snapshot as snapshot_module
from fanshare.edge.snapshot import EndpointRow, LinkRow, LinkState, Snapshot, SnapshotError, write_snapshot
from fanshare.edge.watch import SnapshotWatch
from tests.edge.running import ENDPOINTS, KEYS, PROGRAMMES, link, overlay, running, write_base

codes = st.from_regex(r"[a-z0-9_-]{3,64}", fullmatch=True)
rows = st.builds(
    LinkRow,
    code=codes,
    link_id=st.integers(0, 2**40 - 1),
    programme_id=st.integers(0, 2**62),
    state=st.sampled_from(LinkState),
    medium=st.sampled_from(["creator", "fan"]),
    campaign=st.text(max_size=10),
    destination=st.text(max_size=30) | st.just("https://shop.example/"),
    label=st.text(max_size=10),
)


def base(home: Path) -> Path:
    return home / "snapshot" / "base"


def opened(home: Path) -> Snapshot:
    return Snapshot.open(base(home), KEYS, home / "snapshot" / "overlay")


@given(st.lists(rows, max_size=60, unique_by=lambda row: row.code), st.lists(codes, max_size=10))
def test_every_link_is_found_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, links: list[LinkRow], others: list[str]
) -> None:
    home = tmp_path_factory.mktemp("home")
    write_base(home, links)
    found = opened(home)
    assert found.link_count == len(links)
    by_code = {row.code: row for row in links}
    for code in [*by_code, *others]:
        assert found.link(code) == by_code.get(code)


def test_links_are_found_although_their_hashes_collide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_module, "_hash", lambda code: len(code))
    links = [link(f"code{n}", n) for n in range(30)]
    write_base(tmp_path, links)
    found = opened(tmp_path)
    assert [found.link(row.code) for row in links] == links
    assert found.link("codex") is None
    with pytest.raises(BadInputError, match="twice"):
        write_base(tmp_path, [*links, links[0]])


def test_endpoints_and_programmes_are_there_and_secrets_are_sealed(tmp_path: Path) -> None:
    write_base(tmp_path)
    found = opened(tmp_path)
    assert found.endpoint("woo") == ENDPOINTS[3]
    assert found.endpoint("WOO") is None
    assert found.programmes == {1: PROGRAMMES[0]}
    assert b"whsec_woo_demo" not in base(tmp_path).read_bytes()


def test_an_overlay_changes_adds_and_removes(tmp_path: Path) -> None:
    write_base(tmp_path)
    overlay(tmp_path, [link("cleo", 1, state=LinkState.PAUSED), link("fresh", 99)], 2, removed=["finn"])
    found = opened(tmp_path)
    assert found.generation == 2
    changed, added = found.link("cleo"), found.link("fresh")
    assert changed is not None
    assert added is not None
    assert (changed.state, added.link_id) == (LinkState.PAUSED, 99)
    assert found.link("finn") is None
    assert found.endpoint("bea-shop") == ENDPOINTS[0]


def test_an_overlay_of_an_older_base_is_ignored(tmp_path: Path) -> None:
    write_base(tmp_path, generation=1)
    overlay(tmp_path, [link("cleo", 1, state=LinkState.PAUSED)], 2)
    write_base(tmp_path, generation=3)
    found = opened(tmp_path)
    assert found.generation == 3
    row = found.link("cleo")
    assert row is not None
    assert row.state is LinkState.ACTIVE


@given(st.data())
def test_one_changed_bit_anywhere_is_noticed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    home = tmp_path_factory.mktemp("home")
    write_base(home)
    overlay(home, [link("cleo", 1)], 2)
    path = home / "snapshot" / data.draw(st.sampled_from(["base", "overlay"]))
    content = bytearray(path.read_bytes())
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    with pytest.raises(SnapshotError):
        opened(home)


def test_without_the_mac_a_changed_destination_would_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_base(tmp_path)
    path = base(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"https://shop.example/p/", b"https://evil.example/p/"))
    with pytest.raises(SnapshotError):
        opened(tmp_path)
    monkeypatch.setattr(snapshot_module, "_mac", lambda view, key: bytes(32))
    path.write_bytes(path.read_bytes()[:-32] + bytes(32))
    row = opened(tmp_path).link("cleo")
    assert row is not None
    assert row.destination.startswith("https://evil.example")


@pytest.mark.parametrize("content", [b"", b"x", b"FANSNAP1" + bytes(200), bytes(5000)])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "snapshot").mkdir()
    base(tmp_path).write_bytes(content)
    with pytest.raises(SnapshotError):
        opened(tmp_path)


def test_the_files_of_another_installation_are_refused(tmp_path: Path) -> None:
    write_base(tmp_path)
    with pytest.raises(SnapshotError):
        Snapshot.open(base(tmp_path), Keys(b"x" * 32))


@pytest.mark.parametrize("code", ["ab", "x" * 65, "Upper", "a b c", "ümlaut", "a/b", ""])
def test_a_code_of_the_wrong_form_is_refused_and_the_old_file_stays(tmp_path: Path, code: str) -> None:
    write_base(tmp_path)
    before = base(tmp_path).read_bytes()
    with pytest.raises(BadInputError):
        write_base(tmp_path, [link("good", 1), link(code, 2)])
    assert base(tmp_path).read_bytes() == before
    assert list((tmp_path / "snapshot").iterdir()) == [base(tmp_path)]


def test_an_endpoint_secret_can_not_be_moved_to_another_endpoint(tmp_path: Path) -> None:
    row = snapshot_module._sealed(EndpointRow("one", 1, 1, "plain", (b"secret",)), KEYS)
    moved = EndpointRow("two", 1, 1, "plain", row.secrets)
    assert snapshot_module._unsealed(row, KEYS).secrets == (b"secret",)
    with pytest.raises(FanshareError):
        snapshot_module._unsealed(moved, KEYS)


def test_a_large_snapshot_costs_no_memory_to_use(tmp_path: Path) -> None:
    count = 20_000
    write_snapshot(
        base(tmp_path),
        links=(link(f"l{n:06d}", n) for n in range(count)),
        programmes=PROGRAMMES,
        endpoints=(),
        keys=KEYS,
        generation=1,
    )
    tracemalloc.start()
    found = opened(tmp_path)
    for number in range(0, count, 7):
        row = found.link(f"l{number:06d}")
        assert row is not None
        assert row.link_id == number
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
    assert base(tmp_path).stat().st_size < count * 100


def test_the_edge_takes_changes_into_use_and_never_goes_back(tmp_path: Path) -> None:
    async def scene() -> None:
        watch = SnapshotWatch(base(tmp_path), tmp_path / "snapshot" / "overlay", KEYS)
        assert not await watch.poll()
        write_base(tmp_path, generation=5)
        assert await watch.poll()
        assert not await watch.poll()
        overlay(tmp_path, [link("fresh", 9)], 6, base=5)
        assert await watch.poll()
        assert watch.current is not None
        assert watch.current.link("fresh") is not None
        (tmp_path / "snapshot" / "overlay").write_bytes(b"damaged")
        assert not await watch.poll()
        assert watch.current.link("fresh") is not None
        (tmp_path / "snapshot" / "overlay").unlink()
        assert not await watch.poll()  # back to generation 5: a pause might be undone
        assert watch.failures == 2
        assert watch.current.generation == 6

    asyncio.run(scene())


def test_after_a_restart_a_damaged_overlay_does_not_take_the_links_with_it(tmp_path: Path) -> None:
    write_base(tmp_path)
    (tmp_path / "snapshot" / "overlay").write_bytes(b"damaged")
    watch = SnapshotWatch(base(tmp_path), tmp_path / "snapshot" / "overlay", KEYS)
    assert asyncio.run(watch.poll())
    assert watch.current is not None
    assert watch.current.link("cleo") is not None
    assert watch.failures == 1
    base(tmp_path).write_bytes(b"damaged too")
    fresh = SnapshotWatch(base(tmp_path), tmp_path / "snapshot" / "overlay", KEYS)
    assert not asyncio.run(fresh.poll())
    assert fresh.current is None


def test_a_pause_reaches_a_running_edge_within_a_second(tmp_path: Path) -> None:
    with running(tmp_path) as edge:
        assert "fs=" in edge.client.get("/r/cleo").headers["location"]
        overlay(tmp_path, [link("cleo", 1, state=LinkState.PAUSED)], 2)
        deadline = time.monotonic() + 5
        while "fs=" in edge.client.get("/r/cleo").headers["location"]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
