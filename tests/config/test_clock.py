"""One clock for several processes."""

import subprocess
import sys
import time
from pathlib import Path

from fanshare.config.clock import FileClock, advance, system_clock
from fanshare.core.instants import DAY, SECOND


def test_a_fresh_clock_shows_real_time_and_runs(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock")
    assert abs(clock() - system_clock()) < SECOND
    before = clock()
    time.sleep(0.002)
    assert clock() > before
    clock.close()


def test_it_can_be_frozen_moved_and_set_going(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock")
    clock.freeze(5 * DAY)
    assert clock() == clock() == 5 * DAY
    assert clock.advance(DAY) == 6 * DAY
    clock.run_from(10 * DAY)
    assert 10 * DAY <= clock() < 10 * DAY + 10 * SECOND
    clock.advance(-DAY)
    assert 9 * DAY <= clock() < 9 * DAY + 10 * SECOND
    clock.close()


def test_other_processes_see_a_change_at_once(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    clock = FileClock(path)
    clock.freeze(DAY)
    code = (
        "import sys, pathlib; from fanshare.config.clock import advance; print(advance(pathlib.Path(sys.argv[1]), 7))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) == clock() == DAY + 7
    assert advance(path, 1) == clock()
    clock.close()
