"""Thousands of stories, each from one seed: edge, spool, worker, books and payouts, and everything breaks.

Four stories make a season: they follow one another in one installation, and are paid out and judged together.

The real edge, spool, worker, flows and database run. Simulated are the loop, the disk below the spool, the network, the
shops and the clock; crashes come at named places before, in and after writes, syncs, renames, statements and commits.
"""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from fanshare.core.ledger import differences
from fanshare.flows import settle as settle_module
from fanshare.spool import writer as writer_module
from fanshare.spool.gather import Gather
from fanshare.spool.reader import SpoolReader
from tests.faults.sim_judge import judge
from tests.faults.sim_stage import Stage
from tests.faults.sim_story import STARTS, Promises, Story
from tests.support.effort import effort

CHAPTERS = 40
#: A season's number is the seed of its first story divided by how many it has. The one that ``FANSHARE_SEASON`` names
#: is told, event by event.
SEASON = "FANSHARE_SEASON"


def play(stage: Stage, season: int, home: Path) -> tuple[Promises, list[str]]:
    """One season and what is wrong after it."""
    stage.rewind()
    promises = Promises()
    stage.new_home(home)
    try:
        for place in range(len(STARTS)):
            Story(stage, promises, home, season * len(STARTS) + place).run()
    finally:
        shutil.rmtree(home)
    return promises, judge(stage, promises)


@pytest.mark.soak_sized
@pytest.mark.parametrize("chapter", range(CHAPTERS))
def test_nothing_is_lost_or_counted_twice_whatever_breaks(
    stage: Stage, tmp_path: Path, chapter: int, record_property: Callable[[str, object], None]
) -> None:
    passed: Counter[str] = Counter()
    size = effort(13)
    for season in range(chapter * size, (chapter + 1) * size):
        promises, wrong = play(stage, season, tmp_path / str(season))
        passed += promises.passed
        assert not wrong, "\n".join((f"{SEASON}={season} tells it", *wrong))
    record_property("tried", {"stories": size * len(STARTS), **passed})


if SEASON in os.environ:  # to look at one season, and no test otherwise

    def test_one_season_is_told(stage: Stage, tmp_path: Path) -> None:
        promises, wrong = play(stage, int(os.environ[SEASON]), tmp_path / "home")
        sys.stdout.write("\n".join((*promises.told, *wrong)))
        assert not wrong


# --- Negative controls: programs that are wrong in one place, and stories that notice ---


async def _thank_before_the_disk_has_it(self: Gather, kind: int, payload: bytes, record_id: bytes) -> None:
    self.put(kind, payload, record_id)


def _call_it_synced(segment: Any) -> bool:
    """Ask twice: the second answer is success, and the pages of the first are gone."""
    for _ in range(2):
        try:
            segment.sync()
        except OSError:
            continue
        return True
    return False


def _discard_at_once(self: SpoolReader, *args: Any) -> Iterator[Any]:
    for batch in _BATCHES(self, *args):
        if batch.finished:
            self.discard(batch.segment_id)
        yield batch


def _as_if_nothing_were_booked(before: Any, after: Any) -> Any:
    return _DIFFERENCES({}, after)


_BATCHES, _DIFFERENCES = SpoolReader.batches, differences
_BROKEN: dict[str, AbstractContextManager[Any]] = {
    "200 before the sync": patch.object(Gather, "commit", _thank_before_the_disk_has_it),
    "a second sync believed": patch.object(writer_module, "_synced", _call_it_synced),
    "segments dropped before the commit": patch.object(SpoolReader, "batches", _discard_at_once),
    "the whole posted instead of the difference": patch.object(
        settle_module, "differences", _as_if_nothing_were_booked
    ),
}


@pytest.mark.parametrize("fault", sorted(_BROKEN))
def test_a_program_that_is_wrong_in_one_place_is_found_out(stage: Stage, tmp_path: Path, fault: str) -> None:
    with _BROKEN[fault]:
        for season in range(50):
            if _found_out(stage, season, tmp_path / str(season)):
                return
    pytest.fail(f"no story noticed: {fault}")


def _found_out(stage: Stage, season: int, home: Path) -> list[str]:
    """What is wrong; a program that breaks down over its own fault is found out too."""
    try:
        return play(stage, season, home)[1]
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]


@pytest.mark.parametrize("season", [3, 11])
def test_a_season_is_told_again_word_for_word(stage: Stage, tmp_path: Path, season: int) -> None:
    first, _ = play(stage, season, tmp_path / "a")
    again, _ = play(stage, season, tmp_path / "b")
    assert (first.told, first.passed) == (again.told, again.passed)
