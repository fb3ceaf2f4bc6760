"""Where events are sent: Standard Webhooks to addresses of the programme's own software."""

from typing import Annotated, Any, Literal

from ninja import Field, Router, Schema
from pydantic import StringConstraints

from fanshare.api.events import EventType
from fanshare.api.gate import Desk, desk_of, operation
from fanshare.api.shapes import Number, Strict, maybe_when, when
from fanshare.api.writing import write
from fanshare.flows import event_targets
from fanshare.flows.event_targets import Target

router = Router(tags=["Webhooks"])

type Url = Annotated[str, StringConstraints(min_length=8, max_length=2_000, pattern=r"^https?://[!-~]+$")]
type Types = Annotated[list[EventType], Field(min_length=1, max_length=20)]


class TargetIn(Strict):
    """An address and the types of events it wants."""

    url: Url
    types: Types


class TargetChange(Strict):
    """What is given changes, the rest stays. ``new_secret`` draws one; the last one signs beside it."""

    url: Url | None = None
    types: Types | None = None
    on: bool | None = None
    new_secret: bool = False


class ReplayIn(Strict):
    """From which event on everything is told once more."""

    first: Number


class TargetOut(Schema):
    """A target. ``failed`` means that we have stopped: ``reason`` says why, and ``on`` starts it again."""

    id: str
    url: str
    types: list[str]
    state: Literal["on", "off", "failed"]
    reason: str
    failing_since: str | None
    waiting: int
    failed: int
    made_at: str


class TargetMade(TargetOut):
    """The same with the newest secret that signs, in the form of Standard Webhooks. Lists do not show it."""

    secret: str


@router.get("/webhooks", response=list[TargetOut], summary="Where events are sent")
@operation("api.targets.list")
def list_targets(request: Any) -> Any:
    """All targets, with what waits for them."""
    return [_target(one) for one in event_targets.targets(desk_of(request).programme)]


@router.post("/webhooks", response={201: TargetMade}, summary="Have events sent to an address")
@operation("api.targets.add")
def add_a_target(request: Any, body: TargetIn) -> Any:
    """The address is told what happens from now on."""

    def work(desk: Desk) -> Any:
        return event_targets.add_target(desk.programme, body.url, body.types, desk.now).public_id

    return write(request, body, work, show=_with_secret)


@router.patch("/webhooks/{target}", response=TargetMade, summary="Change a target")
@operation("api.targets.change")
def patch_target(request: Any, target: str, body: TargetChange) -> Any:
    """Change the address, the types, the secret; switch it off, or on again."""

    def work(desk: Desk) -> Any:
        asked = {"url": body.url, "types": body.types, "on": body.on, "new_secret": body.new_secret}
        return event_targets.change_target(desk.programme, target, desk.now, **asked).public_id  # type: ignore[arg-type]

    return write(request, body, work, status=200, show=_with_secret)


@router.delete("/webhooks/{target}", response={204: None}, summary="Send no more events there")
@operation("api.targets.remove")
def delete_target(request: Any, target: str) -> Any:
    """Forget a target and what was on its way to it."""
    return write(request, None, lambda desk: event_targets.remove_target(desk.programme, target, desk.now), status=204)


@router.post("/webhooks/{target}/replay", response=TargetOut, summary="Tell a target events once more")
@operation("api.targets.replay")
def replay_target(request: Any, target: str, body: ReplayIn) -> Any:
    """Everything from the event ``first`` on is sent once more, in its order, to this target alone."""

    def work(desk: Desk) -> Any:
        return _target(event_targets.replay(desk.programme, target, int(body.first)))

    return write(request, body, work, status=200)


def _with_secret(desk: Desk, public_id: str) -> dict[str, Any]:
    found = event_targets.target(desk.programme, public_id)
    return {**_target(found), "secret": found.secrets[0]}


def _target(one: Target) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "url": one.url,
        "types": list(one.types),
        "state": one.state,
        "reason": one.reason,
        "failing_since": maybe_when(one.failing_since),
        "waiting": one.waiting,
        "failed": one.failed,
        "made_at": when(one.made_at),
    }
