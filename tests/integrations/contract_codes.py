"""What the codes of every shop keep, against a real HTTP server that loses answers, throttles, stalls and lies.

A connector's tests make a ``Shop`` of their kind and run each rule against it.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import pytest

from fanshare.core.discounts import Discount
from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, Instant, parse_rfc3339
from fanshare.integrations.code_types import CodeAsked, CodeMaker, CodeTold, Outcome
from fanshare.world.woo_server import Fault

NOW: Instant = parse_rfc3339("2026-11-22T03:00:00Z")
PLAIN = Discount("EUR", percent_bps=1500)
RICH = Discount("EUR", amount=5_000_000, minimum=30_500_000, uses=40, once_per_buyer=True, products=("11", "12"))
ODD = Discount("EUR", percent_bps=1250, ends_at=NOW + 30 * DAY)
ONCE = Discount("EUR", amount=3_990_000, uses=1)


class Shop(Protocol):
    """A running shop of one kind."""

    def codes(self, *, hasty: bool = False) -> CodeMaker:
        """Its codes, with keys that are valid; a hasty one gives up after half a second."""
        ...

    def misbehave(self, *faults: Fault | None) -> None:
        """How the next requests fail, one each."""
        ...

    def behave(self) -> None:
        """Forget the faults that have not been played."""
        ...

    def put(self, text: str) -> None:
        """There is a code of the brand's own."""
        ...

    def bend(self, discount: Mapping[str, Any]) -> None:
        """The shop makes everything otherwise from now on; what that is is the kind's own business."""
        ...

    def refuse(self, text: str) -> None:
        """The shop never makes this code."""
        ...

    def use(self, text: str) -> None:
        """A checkout has taken it."""
        ...

    def sell(self, order: str, text: str, taken: str, tax: str) -> None:
        """An order in which a code took an amount off, and a tax beside it."""
        ...

    def works(self, text: str) -> bool:
        """Whether a checkout takes it."""
        ...

    def count(self) -> int:
        """How many codes there are, working or not."""
        ...


type Rule = Callable[[Shop], None]

_NOT_DONE = (Fault.THROTTLE, Fault.ERROR, Fault.MAINTENANCE, Fault.HTML, Fault.STALL, Fault.CUT, Fault.HALF)
_SHUT = (Fault.REDIRECT, Fault.MOVED, Fault.DENIED)


@contextlib.contextmanager
def opened(shop: Shop, *, hasty: bool = False) -> Iterator[CodeMaker]:
    """The codes, closed with the block."""
    maker = shop.codes(hasty=hasty)
    try:
        yield maker
    finally:
        maker.close()


def _told(maker: CodeMaker, *asked: CodeAsked) -> dict[str, CodeTold]:
    return {one.text: one for one in maker.make(asked, NOW)}


def _made(shop: Shop, *asked: CodeAsked) -> dict[str, Outcome]:
    with opened(shop) as maker:
        return {text: told.outcome for text, told in _told(maker, *asked).items()}


def a_code_is_made_read_back_and_as_asked(shop: Shop) -> None:
    for text, discount in (("MIRA15", PLAIN), ("MIRA5", RICH), ("CLEO-125", ODD), ("FINN_2K", ONCE)):
        asked = CodeAsked(text, f"mark{text.lower().replace('-', '').replace('_', '')}", discount)
        assert _made(shop, asked) == {text: Outcome.CONFIRMED}
        with opened(shop) as maker:
            seen = maker.look(text.lower(), NOW)
        assert seen is not None
        assert (seen.mark, seen.active, seen.used, seen.discount) == (asked.mark, True, 0, discount)
        assert shop.works(text.lower())


def a_code_that_nobody_made_is_not_there(shop: Shop) -> None:
    with opened(shop) as maker:
        assert maker.look("NOBODY", NOW) is None
        assert maker.end("NOBODY", "mark0000", NOW).done


def a_batch_is_made_whole_and_each_code_counts_alone(shop: Shop) -> None:
    asked = [CodeAsked(f"FRIEND{number}", f"mark000{number}", ONCE, sheet="sheet001") for number in range(7)]
    told = _made(shop, *asked)
    again = [CodeAsked(one.text, one.token, ONCE, one.sheet, again=True) for one in asked]
    told |= _made(shop, *again)
    assert set(told.values()) == {Outcome.CONFIRMED}
    shop.use("FRIEND3")
    assert [shop.works(one.text) for one in asked] == [number != 3 for number in range(7)]
    with opened(shop) as maker:
        assert [getattr(maker.look(one.text, NOW), "used", None) for one in asked] == [0, 0, 0, 1, 0, 0, 0]
        assert maker.end("FRIEND5", "sheet001", NOW).done
    assert [shop.works(one.text) for one in asked] == [number not in {3, 5} for number in range(7)]


def asking_twice_makes_one_code(shop: Shop) -> None:
    asked = CodeAsked("MIRA15", "mark0001", PLAIN)
    for again in (False, True, True, False):
        assert _made(shop, CodeAsked("MIRA15", "mark0001", PLAIN, again=again)) == {"MIRA15": Outcome.CONFIRMED}
    assert shop.count() == 1
    assert asked.mark == "mark0001"


def an_answer_that_was_lost_is_found_by_asking_again(shop: Shop) -> None:
    """Every single request in turn is carried out and its answer lost; what exists in the end is one code."""
    for fault in (Fault.LOST, Fault.TORN):
        for place in range(4):
            text = f"{fault.upper()}{place}"
            before, again = shop.count(), False
            shop.misbehave(*[None] * place, fault)
            for _ in range(4):
                with opened(shop, hasty=True) as maker, contextlib.suppress(FanshareError):
                    told = _told(maker, CodeAsked(text, f"{text.lower()}mark", PLAIN, again=again))
                    if told[text].outcome is Outcome.CONFIRMED:
                        break
                again = True
            else:
                raise AssertionError(f"{text} was never confirmed")
            shop.behave()
            assert shop.count() == before + 1, text


def a_shop_that_is_away_makes_nothing_known(shop: Shop) -> None:
    for place in (0, 1):
        for fault in _NOT_DONE:
            shop.misbehave(*[None] * place, *[fault] * 9)
            text = f"AWAY{place}{fault.upper()}"
            with opened(shop, hasty=True) as maker, pytest.raises(FanshareError) as caught:
                _told(maker, CodeAsked(text, f"mark{text.lower()}", PLAIN))
            assert caught.value.code == "shop_unreachable", fault
            shop.behave()
            assert _made(shop, CodeAsked(text, f"mark{text.lower()}", PLAIN, again=True)) == {text: Outcome.CONFIRMED}


def a_shop_that_lets_nobody_in_says_so(shop: Shop) -> None:
    for fault in _SHUT:
        shop.misbehave(*[fault] * 9)
        with opened(shop) as maker, pytest.raises(FanshareError) as caught:
            _told(maker, CodeAsked("SHUT", "markshut", PLAIN))
        assert caught.value.code in {"shop_refused", "shop_unreachable"}, fault
        shop.behave()


def a_text_that_is_taken_is_left_alone(shop: Shop) -> None:
    shop.put("SUMMER")
    for again in (False, True):
        assert _made(shop, CodeAsked("Summer", "mark0001", PLAIN, again=again)) == {"Summer": Outcome.TAKEN}
    with opened(shop) as maker:
        assert maker.end("SUMMER", "mark0001", NOW).done
    assert shop.works("SUMMER")
    assert shop.count() == 1


def a_taken_text_in_a_batch_hinders_no_other(shop: Shop) -> None:
    shop.put("FRIEND0")
    shop.put("FRIEND2")
    asked = [CodeAsked(f"FRIEND{number}", f"mark000{number}", ONCE, sheet="sheet001") for number in range(4)]
    _made(shop, *asked)
    told = _made(shop, *(CodeAsked(one.text, one.token, ONCE, one.sheet, again=True) for one in asked))
    assert told == {
        "FRIEND0": Outcome.TAKEN,
        "FRIEND1": Outcome.CONFIRMED,
        "FRIEND2": Outcome.TAKEN,
        "FRIEND3": Outcome.CONFIRMED,
    }


def a_code_that_was_made_otherwise_is_not_confirmed(shop: Shop) -> None:
    shop.bend({})
    with opened(shop) as maker:
        told = _told(maker, CodeAsked("MIRA15", "mark0001", PLAIN))["MIRA15"]
    assert told.outcome is Outcome.DIFFERENT
    assert "limit of uses 99 instead of none" in told.said


def a_refusal_is_told_and_makes_nothing(shop: Shop) -> None:
    shop.refuse("NEVER")
    with opened(shop) as maker:
        told = _told(maker, CodeAsked("NEVER", "mark0001", PLAIN))["NEVER"]
    assert told.outcome is Outcome.REFUSED
    assert told.said.startswith("The shop refused")
    assert shop.count() == 0


def an_ended_code_works_no_more_and_ending_may_be_repeated(shop: Shop) -> None:
    _made(shop, CodeAsked("MIRA15", "mark0001", PLAIN), CodeAsked("MIRA16", "mark0002", PLAIN))
    shop.use("MIRA15")
    for fault in (Fault.LOST, Fault.TORN, None):
        shop.misbehave(None, fault)
        with opened(shop, hasty=True) as maker, contextlib.suppress(FanshareError):
            ended = maker.end("MIRA15", "mark0001", NOW)
        shop.behave()
    assert (ended.done, ended.used) == (True, 1)
    assert not shop.works("MIRA15")
    assert shop.works("MIRA16")


def what_a_code_took_off_an_order_is_told_with_its_tax(shop: Shop) -> None:
    shop.sell("9001", "CRABC", "5.88", "1.12")
    with opened(shop) as maker:
        assert maker.spent("crabc", "9001") == 7_000_000
        assert maker.spent("OTHER", "9001") is None
        for nowhere in ("9002", "../orders", ""):
            assert maker.spent("CRABC", nowhere) is None
    for fault in (Fault.ERROR, Fault.CUT, Fault.HALF):
        shop.misbehave(*[fault] * 9)
        with opened(shop, hasty=True) as maker, pytest.raises(FanshareError):
            maker.spent("CRABC", "9001")
        shop.behave()


RULES: tuple[Rule, ...] = (
    a_code_is_made_read_back_and_as_asked,
    a_code_that_nobody_made_is_not_there,
    a_batch_is_made_whole_and_each_code_counts_alone,
    asking_twice_makes_one_code,
    an_answer_that_was_lost_is_found_by_asking_again,
    a_shop_that_is_away_makes_nothing_known,
    a_shop_that_lets_nobody_in_says_so,
    a_text_that_is_taken_is_left_alone,
    a_taken_text_in_a_batch_hinders_no_other,
    a_code_that_was_made_otherwise_is_not_confirmed,
    a_refusal_is_told_and_makes_nothing,
    an_ended_code_works_no_more_and_ending_may_be_repeated,
    what_a_code_took_off_an_order_is_told_with_its_tax,
)
