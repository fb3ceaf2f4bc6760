"""Codes asked for by many at once, taken from a stock, leaked, and edited behind the back."""

from typing import Any

import pytest

from fanshare.core import shop_codes as way
from fanshare.core.code_plans import STOCK
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, MINUTE, SECOND
from fanshare.flows import code_stock, shop_codes, work_stops
from fanshare.flows.code_alarms import code_alarms
from fanshare.flows.shop_codes import Wish, ask, rotate
from fanshare.jobs.shop_codes import work_codes
from fanshare.store.queries import shop_codes as rows
from fanshare.store.queries.code_stock import levels
from fanshare.web import language
from fanshare.web.said import in_her_words
from tests.jobs.house import LABEL, House
from tests.jobs.tills import ONCE, Till, allowed, asked, at_once, remarks, shown, sound, till, woo, worked

__all__ = ["till", "woo"]


def test_fifty_requests_at_once_get_one_code_each_of_a_stock_and_no_code_is_given_twice(
    house: House, woo: Till
) -> None:
    bea = house.bea
    allowed(woo, ONCE, "stock", source=STOCK, per_owner=100)
    raw = b"code,made\n" + b"".join(b"STOCK-%03d,2026\n" % number for number in range(45))
    assert code_stock.bring(bea.programme, "stock", raw, house.now, dry_run=True).new == 45
    assert levels(bea.access) == []
    assert code_stock.bring(bea.programme, "stock", raw, house.now) == (45, 45, 0, 0)
    assert code_stock.bring(bea.programme, "stock", raw, house.now) == (45, 0, 45, 0)
    at = house.now
    owners = (bea.cleo, bea.finn)

    def want(programme: Any, number: int) -> str:
        return ask(programme, Wish("stock", bea.cleo, owners[number % 2], LABEL), at + number)[0].shown

    got = at_once(house, 50, want)
    texts = [text for text in got if text.startswith("STOCK")]
    assert len(texts) == len(set(texts)) == 45
    assert [text for text in got if text not in texts] == ["stock_empty"] * 5
    assert remarks(house)["stock_low"].startswith("Bea: the stock stock has 0 codes left")
    assert {row.state for row in rows.listed(bea.access)} == {way.CONFIRMED}
    house.later(MINUTE)
    assert sound(house)


def test_many_requests_at_once_do_not_pass_the_limit_of_one_person(house: House, woo: Till) -> None:
    bea, at = house.bea, house.now
    allowed(woo, per_owner=2)
    got = at_once(house, 8, lambda one, _: ask(one, Wish("fans", bea.cleo, bea.finn, LABEL), at)[0].shown)
    assert sorted(got).count("enough_codes") == 6
    assert len(rows.listed(bea.access)) == 2


def test_two_workers_make_each_code_once(house: House, woo: Till) -> None:
    allowed(woo, ONCE)
    asked(house.bea, count=20)
    at_once(house, 2, lambda one, _: work_codes(one, house.clock).confirmed)
    assert {row.state for row in rows.listed(house.bea.access)} == {way.CONFIRMED}
    assert len(woo.codes.kept) == 20


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "1 to 100000 codes; this one has 0"),
        (b"A\n\xff\n", "no CSV in UTF-8"),
        (b"a,b\n1,2\n", "several columns"),
        (b"AAAA\nBB BB\n", "line 2 has no code"),
        (b"code\nAAAA\n\naaaa\n", "line 4 repeats line 2"),
        (b"code,n\nAAAA,1\n,2\n", "line 3 has no code"),
    ],
)
def test_a_stock_with_a_mistake_is_not_brought_at_all(house: House, woo: Till, raw: bytes, said: str) -> None:
    allowed(woo, ONCE, "stock", source=STOCK)
    with pytest.raises(BadInputError, match=said) as caught:
        code_stock.bring(house.bea.programme, "stock", raw, house.now)
    assert caught.value.code == "bad_stock"
    assert levels(house.bea.access) == []


def test_what_is_wrong_with_a_stock_is_told_in_german_and_how_many_more_lines_are(house: House, woo: Till) -> None:
    allowed(woo, ONCE, "stock", source=STOCK)
    with pytest.raises(BadInputError) as caught:
        code_stock.bring(house.bea.programme, "stock", b"A\nA\n" + b"B B\n" * 11, house.now)
    with language.speaking("de"):
        said = in_her_words(caught.value.said)
    assert said.startswith("Nichts wurde übernommen: Zeile 2 wiederholt Zeile 1; Zeile 3 hat keinen Code")
    assert said.endswith("; und 7 weitere.")


def test_codes_of_a_stock_that_belong_to_somebody_are_left_out_and_never_given(house: House, woo: Till) -> None:
    bea = house.bea
    allowed(woo, ONCE, "stock", source=STOCK)
    bea.typed_code("Mine")
    assert code_stock.bring(bea.programme, "stock", b"\xef\xbb\xbfMINE\nOTHER\nTHIRD\n", house.now) == (3, 2, 0, 1)
    bea.typed_code("other")
    assert [row.shown for row in asked(bea, "stock")] == ["THIRD"]
    assert "stock_low" in remarks(house)


def test_a_code_of_a_stock_is_changed_and_ended_without_a_shop(house: House, woo: Till) -> None:
    bea = house.bea
    allowed(woo, ONCE, "stock", source=STOCK)
    code_stock.bring(bea.programme, "stock", b"ONE1\nTWO2\n", house.now)
    asked(bea, "stock")
    house.later(SECOND)
    assert rotate(bea.programme, "one1", house.now).shown == "TWO2"
    house.later(SECOND)
    number = shop_codes.numbered(bea.programme, "two2")
    work_stops.put_state(bea.programme, "code", number, "ended", None, house.now)
    assert shown(bea) == [("ONE1", "ended"), ("TWO2", "ended")]
    assert woo.shop.asked == []
    assert sound(house)


def test_a_code_that_leaks_is_named_by_the_doctor_and_one_that_sells_well_is_not(house: House) -> None:
    bea = house.bea
    bea.typed_code("LEAKED")
    bea.typed_code("LOVED")
    number = 0
    with house.open():
        start = house.now - 29 * DAY
        for day in range(29):
            house.clock.freeze(start + day * DAY)
            leaking = day >= 24
            for _ in range(8 if leaking else day % 2):
                number += 1
                visits = () if leaking else (bea.click(),)
                bea.post(bea.order(str(number), codes=["leaked"], clicks=visits))
                bea.post(bea.order(f"{number}b", codes=["LOVED"], clicks=(bea.click(),)))
        house.clock.freeze(start + 29 * DAY)
        house.work()
    (found,) = code_alarms(bea.access, house.now)
    assert (found.text, found.found.kind, found.owner) == ("LEAKED", "leak", bea.cleo)
    said = remarks(house)["code_leak"]
    assert "fanshare code rotate LEAKED" in said
    # An alarm takes nothing from anybody.
    assert bea.earned(bea.cleo) > 0


def test_a_code_that_was_to_work_once_and_was_taken_twice_is_named(house: House, woo: Till) -> None:
    allowed(woo, ONCE)
    (code,) = asked(house.bea)
    with house.open():
        house.later(MINUTE)
        woo.sell(9001, code.shown)
        assert code_alarms(house.bea.access, house.now) == []
        assert woo.codes.of(code.shown) is not None
        woo.codes.of(code.shown)["usage_limit"] = None
        woo.sell(9002, code.shown)
    assert "was to work once and was taken in 2 orders" in remarks(house)["code_limit"]


def test_a_code_edited_behind_the_back_is_found(house: House, woo: Till) -> None:
    """The negative control of the checks: what decides who earns can't be changed in one place alone."""
    allowed(woo, ONCE)
    asked(house.bea)
    worked(house)
    house.later(MINUTE)
    assert sound(house)
    edits = (
        "UPDATE code SET single_use = false",
        "UPDATE shop_code SET single_use = false",
        "UPDATE shop_code SET state = 'ended', ended_at = 1",
        "UPDATE shop_code SET shown = 'OTHER'",
        "UPDATE code SET plan_id = NULL",
        "UPDATE shop_code SET state = 'failed', code_id = NULL, confirmed_at = NULL",
    )
    for edit in edits:
        with house.conn.transaction(force_rollback=True):
            house.conn.execute(edit.encode())
            wrong = [one.name for one in check_inside(house) if not one.ok]
            assert "codes in shops" in wrong, edit


def check_inside(house: House) -> list[Any]:
    from fanshare.flows.check import findings

    return list(findings(house.bea.programme, house.now))
