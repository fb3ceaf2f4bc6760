"""Setting up a programme: six steps in their order, each of which can be left and taken up again.

Whether a step is done is seen in what there is; only what cannot be seen (one brand or several, nothing to move in,
left for later) is written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows import tax_forms
from fanshare.flows.audit import noted
from fanshare.store.access import Access
from fanshare.store.queries import funding, set_up
from fanshare.store.queries.set_up import Facts


class Step(StrEnum):
    """What is to be done, in this order."""

    BRANDS = "brands"
    TERMS = "terms"
    SHOP = "shop"
    ADMISSION = "admission"
    INVITE = "invite"
    MOVING = "moving"


class State(StrEnum):
    """How far a step is: done, the one to do now, open behind it, or left for later."""

    DONE = "done"
    NOW = "now"
    OPEN = "open"
    LATER = "later"


#: Steps whose end is nowhere to be seen: somebody says that it is reached.
SAYABLE = frozenset({Step.ADMISSION, Step.INVITE, Step.MOVING})
#: Without these nobody can earn; the others are offered and not asked for.
NEEDED = frozenset({Step.TERMS, Step.SHOP, Step.INVITE})


@dataclass(frozen=True, slots=True)
class SetUp:
    """How far a programme is."""

    facts: Facts
    steps: Mapping[Step, State]

    @property
    def complete(self) -> bool:
        """Whether all is there without which nobody can earn."""
        return all(self.steps[step] is State.DONE for step in NEEDED)

    @property
    def asked_for(self) -> int:
        """How many steps are open without which nobody can earn, and were not left for later."""
        return sum(self.steps[step] not in (State.DONE, State.LATER) for step in NEEDED)


def look(access: Access) -> SetUp:
    """How far a programme is."""
    facts, said = set_up.facts(access), set_up.said(access)
    states: dict[Step, State] = {}
    for step in Step:
        if said.get(step) == "done" or _reached(step, facts):
            states[step] = State.DONE
        elif said.get(step) == "later":
            states[step] = State.LATER
        else:
            states[step] = State.OPEN if State.NOW in states.values() else State.NOW
    return SetUp(facts, states)


def leave(access: Access, step: str, now: Instant) -> None:
    """Leave a step for later. Raises ``BadInputError`` (``bad_step``)."""
    set_up.say(access, _step(step), "later", now)


def take_up(access: Access, step: str, now: Instant) -> None:
    """Take a step up again. Raises ``BadInputError`` (``bad_step``)."""
    set_up.say(access, _step(step), "", now)


def finish(access: Access, step: str, now: Instant) -> None:
    """Say that a step is done whose end is nowhere to be seen. Raises ``BadInputError`` (``bad_step``)."""
    if _step(step) not in SAYABLE:
        raise BadInputError("bad_step", "Whether this step is done is seen by itself; do it, or leave it for later.")
    set_up.say(access, step, "done", now)


def decide_brands(access: Access, *, several: bool, now: Instant) -> None:
    """Say whether whoever runs this installation looks after one brand or several.

    Raises ``ConflictError`` ``money_held``: one brand alone pays its people itself.
    """
    with access.transaction():
        if not several and funding.rule(access, lock=True) is not None:
            raise ConflictError("money_held", "Money of this brand is held here; hold it no longer first.")
        country = set_up.set_several(access, several=several)
        tax_forms.begin(access, country, several_brands=several, now=now)
        set_up.say(access, Step.BRANDS, "done", now)
        noted(access, "programme.brands", now, "several brands" if several else "one brand")


def _step(step: str) -> Step:
    if step not in list(Step):
        raise BadInputError("bad_step", "There is no such step.")
    return Step(step)


def _reached(step: Step, facts: Facts) -> bool:
    """Whether what there is shows that a step is done."""
    seen = {
        Step.TERMS: facts.terms > 0,
        Step.SHOP: facts.heard_at is not None or facts.sold,
        Step.INVITE: facts.creators > 0,
        Step.MOVING: facts.moved > 0,
    }
    return seen.get(step, False)
