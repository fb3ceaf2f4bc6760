"""Generated orders: states of one order that conflict within the same second, as shops really send them."""

from hypothesis import strategies as st

from fanshare.core.instants import SECOND
from fanshare.core.money import MICROS
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Refund, Status

_cents = st.integers(0, 20_000).map(lambda cents: cents * MICROS // 100)
_seconds = st.integers(0, 6).map(lambda second: 1_000 * SECOND + second * SECOND)


@st.composite
def refunds(draw: st.DrawFn) -> Refund:
    lines = tuple((line, draw(_cents)) for line in draw(st.sets(st.sampled_from("123x"), max_size=3)))
    other = draw(_cents)
    money = draw(st.one_of(_cents, st.just(sum(net for _, net in lines) + other)))
    identity, detailed = draw(st.sampled_from(["8", "9", "10"])), draw(st.booleans())
    return Refund(identity, draw(_seconds), money, lines if detailed else (), other if detailed else 0, detailed)


@st.composite
def states(draw: st.DrawFn, *, fetched: bool | None = None) -> OrderState:
    lines = tuple(Line(name, draw(_cents), gift_card=name == "3") for name in "123")
    shipping, tax = draw(_cents), draw(_cents)
    given = {refund.id: refund for refund in draw(st.lists(refunds(), max_size=3))}
    evidence = Evidence(
        clicks=tuple(draw(st.lists(st.sampled_from("abc"), max_size=3))),
        codes=tuple(draw(st.lists(st.sampled_from(["mira10", "fan5"]), max_size=1))),
        whole_path=draw(st.booleans()),
    )
    return OrderState(
        order_id="14",
        birth="key-14",
        modified_at=draw(_seconds),
        placed_at=draw(_seconds),
        status=draw(st.sampled_from([*Status, Status.CAPTURED, Status.CAPTURED])),
        currency=draw(st.sampled_from(["EUR", "EUR", "EUR", "USD"])),
        lines=lines,
        shipping=shipping,
        tax=tax,
        total=draw(st.sampled_from([sum(line.net for line in lines) + shipping + tax] * 4 + [0])),
        refunds=tuple(given.values()),
        test=draw(st.integers(0, 7)) == 0,
        fulfilled_at=draw(st.one_of(st.none(), _seconds)),
        country="DE",
        buyer=Buyer(email=draw(st.sampled_from(["", "e1", "e2"]))),
        evidence=evidence,
        fetched=draw(st.booleans()) if fetched is None else fetched,
        number=draw(st.sampled_from([0, 1001])),
    )


def histories(least: int = 1, most: int = 8) -> st.SearchStrategy[list[OrderState]]:
    """Lists of states of one order, most of them in conflict with others of the same second."""
    return st.lists(states(), min_size=least, max_size=most)
