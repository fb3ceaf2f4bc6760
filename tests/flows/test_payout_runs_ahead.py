"""Runs of many: the log is locked last, nothing is half done, and many take as many statements as one."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from psycopg import errors

from fanshare.core.instants import DAY
from fanshare.core.payout_item import Said, State
from fanshare.flows import payout_runs
from fanshare.store.access import Connection
from tests.flows.test_payout_runs import FINNS, READY, approved, money, sent, states, story, told
from tests.support.counting import Counting
from tests.support.last_lock import behind_the_log, executed, only_what_must
from tests.support.stories import Story

__all__ = ["story"]


def test_a_run_that_is_sent_locks_the_log_last(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    run = approved(story)
    with executed(monkeypatch) as heard:
        payout_runs.send(story.programme, run, "Bea", READY)
    behind = behind_the_log(heard, until="")
    assert only_what_must(behind), behind


def test_payments_that_come_back_together_take_as_many_statements_as_one(story: Story) -> None:
    access = Counting(story.access.conn, story.access.programme_id, "test")
    programme = replace(story.programme, access=access)

    def asked(run: int, keys: Sequence[str]) -> int:
        before = access.asked
        back = [told(key, Said.CAME_BACK, reason="closed") for key in keys]
        payout_runs.tell(programme, run, back, "Bea", READY + DAY)
        return access.asked - before

    run, keys = sent(story)
    together = asked(run, [*keys.values()])
    run, keys = sent(story)
    assert len(keys) == 2
    assert [asked(run, [key]) for key in keys.values()] == [together, together]
    assert story.wrong(READY + DAY) == []


def test_a_run_that_the_database_breaks_off_in_the_middle_was_not_sent(story: Story, owner: Connection) -> None:
    run = approved(story)
    owner.execute("ALTER TABLE account ADD CONSTRAINT broken CHECK (kind <> 'in_transit') NOT VALID")
    try:
        with pytest.raises(errors.CheckViolation):
            payout_runs.send(story.programme, run, "Bea", READY)
    finally:
        owner.execute("ALTER TABLE account DROP CONSTRAINT broken")
    assert set(states(story, run).values()) == {State.APPROVED}
    assert money(story, story.finn) == (FINNS + 6_000, 0, 0)
    assert story.wrong(READY) == []
