"""Which of a shop's words are news, where the shop does not say when an order changed.

``fanshare.core.order_join`` decides by ``modified_at``. Where only the time of receipt is known, a repeated or belated
message would look newer than what it repeats. These rules keep such messages out before they become states of the
order. Times are left out of the comparison, because a repetition differs from its original in nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.orders import STATUS_RANK, OrderState, Status

#: (accepted states, newcomers by age) -> the newcomers that are news, and why one of the others was refused.
type News = Callable[[Sequence[OrderState], Sequence[OrderState]], tuple[list[OrderState], FanshareError | None]]


def news_by_stage(
    known: Sequence[OrderState], newcomers: Sequence[OrderState]
) -> tuple[list[OrderState], FanshareError | None]:
    """For shops that report each stage of an order once (postbacks): the stage of life decides, then the receipt.

    A repetition is no news, whenever it comes. Neither is "not paid yet" about an order that is further on: it was
    overtaken on its way. A sale reported again after it was declined could be either a change of mind or a latecomer;
    that is refused with ``ConflictError`` (``declined_before``), so that a person sees it.
    """
    told, fresh, refusal = list(known), list[OrderState](), None
    for state in newcomers:
        if any(same_facts(state, each) for each in told):
            continue
        furthest = max((STATUS_RANK[each.status] for each in told), default=0)
        if STATUS_RANK[state.status] >= furthest:
            told.append(state)
            fresh.append(state)
        elif state.status is Status.CAPTURED:
            refusal = ConflictError(
                "declined_before",
                "Order %(order_id)s was declined before; if it does count, have it sent under a new order id.",
                order_id=state.order_id,
            )
    return fresh, refusal


def same_facts(one: OrderState, other: OrderState) -> bool:
    """Whether two states differ in their times alone."""
    return _timeless(one) == _timeless(other)


def _timeless(state: OrderState) -> OrderState:
    return replace(state, modified_at=0, placed_at=0)


def news_as_it_is_now(
    known: Sequence[OrderState], newcomers: Sequence[OrderState]
) -> tuple[list[OrderState], FanshareError | None]:
    """For looks at the whole order whose only time is that of the look (files): the last look counts.

    What the newest accepted state says already is no news. Anything else becomes the newest state, even where a clock
    was put back in between.
    """
    newest = max(known, key=lambda state: state.modified_at, default=None)
    fresh: list[OrderState] = []
    for state in newcomers:
        if newest is not None and replace(state, modified_at=newest.modified_at) == newest:
            continue
        at = state.modified_at if newest is None else max(state.modified_at, newest.modified_at + 1)
        newest = replace(state, modified_at=at)
        fresh.append(newest)
    return fresh, None
