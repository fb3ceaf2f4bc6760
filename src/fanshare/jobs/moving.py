"""Reads uploaded exports of another tool, and moves in what somebody saw and said yes to."""

import structlog

from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import MINUTE, Instant
from fanshare.core.moving import Moved
from fanshare.core.moving_plan import Plan
from fanshare.core.moving_seen import seen
from fanshare.flows import moving_uploads
from fanshare.flows.context import Programme
from fanshare.flows.moving import Source, move_in, plan_moving
from fanshare.flows.moving_uploads import Wish
from fanshare.store.queries import moving_uploads as rows
from fanshare.store.queries.moving_uploads import Upload

log = structlog.get_logger(__name__)

#: Longer than reading or moving in a whole upload takes.
LEASE = 10 * MINUTE
MOST_TRIES = 3
#: Rows of all files of one upload; more of them go by the command, which keeps no worker busy.
MOST_ROWS = 5_000


def work_uploads(programme: Programme, now: Instant) -> int:
    """Go on with one upload, if there is one. Never called inside a transaction; returns how many."""
    upload = rows.lease(programme.access, now, now + LEASE)
    if upload is None:
        return 0
    if upload.tries > MOST_TRIES:
        _fail(programme, upload, "crashed", moving_uploads.BROKE_OFF, now)
        return 1
    try:
        _go_on(programme, upload, now)
    except FanshareError as error:
        log.info("upload_failed", programme=programme.access.programme_id, code=error.code)
        _fail(programme, upload, error.code, error.message, now)
    return 1


def _go_on(programme: Programme, upload: Upload, now: Instant) -> None:
    wish = moving_uploads.opened(programme, upload)
    moved = _read(programme, wish, now)
    plan = plan_moving(programme, moved, now, destination=wish.to)
    if upload.state == "asked" and plan.empty:
        # Done before this worker, or another, could write it down; or by the command. What was brought is what was
        # seen: of what is left to do nothing can be counted.
        brought = moving_uploads.shown(programme, upload).get("counts", moving_uploads.counts(plan))
        rows.over(programme.access, upload.id, "done", now, counts=brought)
        return
    if upload.state == "asked" and seen(plan) == upload.seen:
        if _move(programme, wish, moved, plan, now):
            rows.over(programme.access, upload.id, "done", now, counts=moving_uploads.counts(plan))
            return
        plan = plan_moving(programme, moved, now, destination=wish.to)
    again = "changed_meanwhile" if upload.state == "asked" else ""
    sealed = moving_uploads.sealed_plan(programme, upload, moved, plan)
    rows.planned(programme.access, upload, sealed, seen(plan), now, code=again)


def _read(programme: Programme, wish: Wish, now: Instant) -> Moved:
    # Only a worker that has files to read needs to know how each tool writes them.
    from fanshare.integrations.moving.read import Options, read_files

    hold = programme.book.at(now).hold
    moved = read_files(wish.tool, wish.files, Options(now, hold, wish.currency, minor_units=wish.cents))
    total = sum(one.rows for one in moved.files)
    if total > MOST_ROWS:
        raise FanshareError(
            "too_many_rows",
            "These files have %(total)s rows; more than %(most)s go by the command.",
            total=total,
            most=MOST_ROWS,
        )
    return moved


def _move(programme: Programme, wish: Wish, moved: Moved, plan: Plan, now: Instant) -> bool:
    """Move in; false where the books have changed since the plan was made a moment ago: then nothing was done."""
    source = Source(tuple(name for name, _ in wish.files), sum(len(content) for _, content in wish.files))
    try:
        move_in(programme, moved, plan, source, now, label=moving_uploads.label_of(wish), destination=wish.to)
    except ConflictError as error:
        if error.code != "changed_meanwhile":
            raise
        return False
    return True


def _fail(programme: Programme, upload: Upload, code: str, problem: str, now: Instant) -> None:
    rows.over(programme.access, upload.id, "failed", now, code=code, problem=problem)
