"""Where the server lives, as whom it runs, which paths it refuses."""

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from fanshare.core.errors import FanshareError
from fanshare.store.server import Server, supervisor
from fanshare.store.server.account import Account, server_account
from fanshare.store.server.place import Place, check_socket_path, find_programs
from tests.support.embedded import (
    STRAY,
    as_root,
    ask,
    copy_home,
    leftovers,
    new_home,
    postmaster,
)
from tests.support.pg_holder import Holder


def test_the_first_start_makes_a_database_and_a_stop_leaves_nothing_running(empty_home: Path) -> None:
    begin = time.monotonic()
    with Server(empty_home) as server:
        first = time.monotonic() - begin
        assert ask(server, "SELECT current_user", "app") == "fanshare_app"
        assert ask(server, "SHOW data_checksums") == "on"
        locale = "SELECT concat(datlocprovider, ' ', datlocale) FROM pg_database WHERE datname = 'fanshare'"
        assert ask(server, locale) == "b C.UTF-8"
    assert leftovers(server.place) == []
    begin = time.monotonic()
    with Server(empty_home):
        second = time.monotonic() - begin
    print(f"first start {first:.2f} s, second {second:.2f} s")  # noqa: T201
    assert second < first < 60, "about a second and a tenth of that, on a machine with nothing else to do"


@as_root
def test_root_lends_the_server_a_system_user_that_can_not_log_in(home: Path) -> None:
    with Server(home) as server:
        owner = pwd.getpwnam("fanshare")
        assert postmaster(server).uids().effective == owner.pw_uid != 0
        assert server.place.data.stat().st_uid == owner.pw_uid
        assert server.place.root.stat().st_uid == 0
        assert owner.pw_shell.endswith("nologin")


@as_root
def test_an_ordinary_user_runs_the_server_as_herself(empty_home: Path, tmp_path: Path) -> None:
    programs = find_programs(server_account(), supervisor.SHARED)
    empty_home.parent.chmod(0o777)
    with Holder(empty_home, STRAY, programs) as holder:
        holder.ask("acquire")
        assert holder.ask("query", "SELECT current_user") == ["fanshare_owner"]
        assert psutil.Process(holder.ask("pid")).username() == STRAY
        with pytest.raises(FanshareError, match="belongs to user id"):
            Server(empty_home)
        holder.leave()
    assert leftovers(Place(empty_home / "pg")) == []


@as_root
def test_the_database_of_somebody_else_is_refused(home: Path, tmp_path: Path) -> None:
    for other in (home, tmp_path / "closed"):
        with Holder(other, STRAY) as stray, pytest.raises(RuntimeError, match="database_owner"):
            stray.ask("acquire")


@as_root
def test_a_home_that_the_system_user_can_not_reach_gets_its_data_elsewhere(tmp_path: Path) -> None:
    shared = new_home()
    closed = tmp_path / "home"
    assert not server_account().can("x", tmp_path)
    with Server(closed, shared) as server:
        assert server.place.root.parent == shared
        ask(server, "SELECT 1")
    assert Server(closed, shared).place == server.place
    assert (closed / "pg").readlink() == server.place.root
    assert (server.place.root / "home").read_text() == f"{closed}\n"
    shutil.rmtree(server.place.root)
    with pytest.raises(FanshareError, match="which is not there"):
        Server(closed, shared)
    shutil.rmtree(shared.parent)


@as_root
def test_a_narrow_umask_does_not_lock_the_server_out(empty_home: Path) -> None:
    before = os.umask(0o077)
    try:
        with Server(empty_home) as server:
            assert server.place.root == empty_home / "pg"
            ask(server)
    finally:
        os.umask(before)


@as_root
def test_a_home_that_was_closed_later_is_refused_with_the_cure(empty_home: Path) -> None:
    Server(empty_home)
    empty_home.chmod(0o700)
    with pytest.raises(FanshareError, match=r"can't enter .*chmod"):
        Server(empty_home)


@as_root
def test_programs_out_of_reach_are_copied_to_where_they_run(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Account, "can", lambda *_: False)
    account = server_account()
    programs = find_programs(account, empty_home)
    assert programs.is_relative_to(empty_home)
    assert find_programs(account, empty_home) == programs
    for name in ("postgres", "initdb", "pg_ctl"):
        command = [str(programs / name), "--version"]
        done = subprocess.run(command, cwd="/", env={}, capture_output=True, check=True, **account.identity)
        assert b" 18." in done.stdout


def test_a_path_too_long_for_a_socket_is_refused_and_the_longest_one_works(empty_home: Path, home: Path) -> None:
    room = 107 - len("/pg/run/.s.PGSQL.5432")
    exact = empty_home / ("x" * (room - len(str(empty_home)) - 1))
    assert len(os.fsencode(f"{exact}/pg/run/.s.PGSQL.5432")) == 107
    copy_home(home, exact)
    with Server(exact) as server:
        ask(server)
    with pytest.raises(FanshareError, match=r"1 bytes too long.*FANSHARE_HOME") as caught:
        Server(exact.with_name(exact.name + "x"))
    assert caught.value.code == "path_too_long"
    with pytest.raises(FanshareError, match="too long"):
        check_socket_path(Path("/" + "ü" * 54))


def test_a_path_with_quotes_spaces_and_umlauts_works(empty_home: Path, home: Path) -> None:
    strange = empty_home / "a 'b\" ü c\\d"
    copy_home(home, strange)
    with Server(strange) as server:
        ask(server)


def test_a_path_that_connection_strings_can_not_hold_is_refused(empty_home: Path) -> None:
    for name in ("a,b", "a\nb"):
        with pytest.raises(FanshareError, match="comma or a control character"):
            Server(empty_home / name)
    assert not empty_home.exists()
