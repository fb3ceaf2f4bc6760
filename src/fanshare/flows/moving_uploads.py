"""Moving in by the browser: an export is uploaded, read by the worker, looked at, and moved in by the worker.

What is moved in is what was seen: the worker plans anew and holds the meaning of both plans against each other. The
files lie sealed until it is over, and a week at most. Moving in itself is ``flows.moving``, whole or not at all.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, Instant
from fanshare.core.marks import later, recipe
from fanshare.core.money import exponent
from fanshare.core.moving import TOOLS, Moved
from fanshare.core.moving_plan import Plan
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.links import Label
from fanshare.flows.moving import refuse_elsewhere
from fanshare.store.access import Access
from fanshare.store.queries import moving_uploads as rows
from fanshare.store.queries.moving_uploads import Upload

#: Bytes of all files of one upload, and how many. What is larger goes by the command.
MOST_BYTES, MOST_FILES = 2_000_000, 5
#: People, links, codes and balances that a plan shows one by one.
SHOWN = 200
#: For how long an upload is kept that nobody goes on with.
KEPT = 7 * DAY

#: Why an upload failed that killed its worker.
BROKE_OFF = later("Reading these files broke off three times.")

_FILES, _PLAN = "moving upload", "moving plan"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was uploaded and said about it. ``cents``: amounts of CSV files are in the smallest unit."""

    tool: str
    files: tuple[tuple[str, bytes], ...] = field(repr=False)
    to: str
    country: str
    platform: str
    currency: str
    cents: bool = False


def send(programme: Programme, wish: Wish, now: Instant) -> None:
    """Keep an export for the worker to read. The same one again is there already; another one takes its place.

    Raises ``BadInputError`` (``no_such_tool``, ``no_file``, ``too_large``, ``bad_address``, ``unknown_country``,
    ``unknown_platform``, ``unknown_currency``) and ``ConflictError`` (``moving_now``).
    """
    _check(programme, wish)
    access, content = programme.access, msgspec.msgpack.encode(wish)
    file = hashlib.sha256(content).hexdigest()
    with access.transaction():
        rows.lock(access)
        before = rows.newest(access)
        if before is not None and before.state == "asked":
            raise ConflictError("moving_now", "An export is being moved in; wait until that is over.")
        if before is not None and before.sealed is not None:
            if before.file == file:
                return
            rows.over(access, before.id, "dropped", now)
        name = secrets.token_hex(16)
        rows.add(access, name, wish.tool, file, programme.keys.seal(_FILES, content, name.encode()), now)
        noted(access, "moving.send", now, TOOLS[wish.tool])


def confirm(programme: Programme, upload: int, seen: str, now: Instant) -> None:
    """Have moved in what was seen. Said twice it is done once. Raises ``ConflictError`` (``changed_meanwhile``)."""
    access = programme.access
    with access.transaction():
        rows.lock(access)
        if rows.ask(access, upload, seen, now):
            noted(access, "moving.do", now, f"upload {upload}")
            return
        newest = rows.newest(access)
        if newest is None or newest.id != upload or newest.state not in ("asked", "done"):
            raise ConflictError("changed_meanwhile", "The plan is another one by now; look at it again.")


def give_up(programme: Programme, upload: int, now: Instant) -> None:
    """Drop an upload that is not being moved in. Raises ``ConflictError`` (``moving_now``)."""
    access = programme.access
    with access.transaction():
        rows.lock(access)
        newest = rows.newest(access)
        if newest is None or newest.id != upload:
            return
        if newest.state == "asked":
            raise ConflictError("moving_now", "An export is being moved in; wait until that is over.")
        if rows.over(access, upload, "dropped", now):
            noted(access, "moving.drop", now, f"upload {upload}")


def opened(programme: Programme, upload: Upload) -> Wish:
    """What was uploaded."""
    if upload.sealed is None:
        raise BadInputError("upload_gone", "What was uploaded is gone.", 410)
    content = programme.keys.unseal(_FILES, upload.sealed, upload.name.encode())
    return msgspec.msgpack.decode(content, type=Wish)


def shown(programme: Programme, upload: Upload) -> dict[str, Any]:
    """The plan that was made of it; empty where there is none."""
    if upload.plan is None:
        return {}
    found: dict[str, Any] = msgspec.json.decode(programme.keys.unseal(_PLAN, upload.plan, upload.name.encode()))
    return found


def sealed_plan(programme: Programme, upload: Upload, moved: Moved, plan: Plan) -> bytes:
    """A plan as it is kept until somebody has looked at it."""
    return programme.keys.seal(_PLAN, msgspec.json.encode(document(moved, plan)), upload.name.encode())


def label_of(wish: Wish) -> Label:
    """The advertising label before links and codes."""
    country = ad_labels.country(wish.country)
    return Label(country.code, wish.platform, country.label)


def forget_old(access: Access, now: Instant) -> None:
    """Uploads that nobody went on with for a week."""
    rows.drop_old(access, max(0, now - KEPT), now)


def counts(plan: Plan) -> dict[str, int]:
    """How much of each a plan brings."""
    return {
        "people": len(plan.people),
        "links": len(plan.links),
        "codes": len(plan.codes),
        "balances": len(plan.openings),
    }


def document(moved: Moved, plan: Plan) -> dict[str, Any]:
    """A plan as a page shows it: everything counted, the first ``SHOWN`` of each kind named, all that is not taken."""

    def name(key: str) -> str:
        return plan.names.get(key) or key

    owed: dict[str, int] = {}
    for one in plan.openings:
        owed[one.currency] = owed.get(one.currency, 0) + one.amount
    return {
        "files": [[one.name, one.rows, list(one.ignored)] for one in moved.files],
        "counts": counts(plan),
        "known": {
            "people": len(plan.known),
            "links": plan.known_links,
            "codes": plan.known_codes,
            "balances": plan.known_openings,
        },
        "people": [[one.person.shown, one.slug] for one in plan.people[:SHOWN]],
        "links": [[f"?{one.param}={one.value}", name(one.person), one.destination] for one in plan.links[:SHOWN]],
        "codes": [[text, name(person)] for person, text in plan.codes[:SHOWN]],
        "balances": [[name(one.person), one.amount, one.currency, one.ready_at] for one in plan.openings[:SHOWN]],
        "owed": sorted(owed.items()),
        "notes": [recipe(one) for one in plan.notes],
        "untaken": [[recipe(one.what), recipe(one.why)] for one in plan.untaken[: 5 * SHOWN]],
        "untaken_count": len(plan.untaken),
    }


def _check(programme: Programme, wish: Wish) -> None:
    if wish.tool not in TOOLS:
        raise BadInputError("no_such_tool", "Choose the tool that the files come from.")
    if not any(content.strip() for _, content in wish.files):
        raise BadInputError("no_file", "Choose the files to read: exports, or answers of the tool's API.")
    if len(wish.files) > MOST_FILES or sum(len(content) for _, content in wish.files) > MOST_BYTES:
        raise BadInputError("too_large", "At most %(files)s files of 2 MB together; larger ones go by the command.",
                            files=MOST_FILES)  # fmt: skip
    if wish.to and (not wish.to.startswith("https://") or not wish.to.isascii() or len(wish.to) > 500):
        raise BadInputError("bad_address", "The shop's address begins with https://.")
    refuse_elsewhere(programme, wish.to)
    if wish.platform not in ad_labels.PLATFORMS:
        raise BadInputError("unknown_platform", "Say where the codes will be shared.")
    ad_labels.country(wish.country)
    exponent(wish.currency)
