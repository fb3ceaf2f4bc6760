"""Which changes of terms need notice: everything that can lower what some creator, fan or buyer gets."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fanshare.core.commission import line_pools, part
from fanshare.core.instants import DAY, MINUTE
from fanshare.core.orders import Buyer, Evidence, Line, OrderView, Status
from fanshare.core.terms import Bracket, BuyerKind, Cap, Level, Policy, Rule, Terms
from fanshare.core.terms_changes import covers, earliest_effective, lowers

STANDARD = Rule("standard", bps=1200)
OLD = Terms(
    version=1,
    effective_at=0,
    rules=(STANDARD,),
    caps=(Cap(Level.MONTH, 500_000_000, "EUR"),),
    code_max_bps=1000,
    buyer_bps=500,
    introducer_days=30,
)


def change(**fields: Any) -> list[str]:
    return lowers(OLD, replace(OLD, version=2, **fields))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rules": (Rule("standard", bps=1100),)}, "Rule standard can give less: 11 % of the goods; it was 12 %"),
        ({"rules": (Rule("other", bps=1199),)}, "Rule standard (12 % of the goods) is gone"),
        ({"rules": (replace(STANDARD, countries=frozenset({"DE"})),)}, "for orders from DE; it was"),
        ({"policy": Policy.LAST}, "Who earns a sale changes: The creator whose link or code reached the buyer last"),
        ({"window": 14 * DAY}, "A click counts for 14 days instead of 30 days."),
        ({"stand_down": 60 * MINUTE}, "60 minutes before the order instead of 30"),
        ({"stand_down": 10 * MINUTE}, "moves sales between creators"),
        ({"time_zone": "Europe/Berlin"}, "begin in Europe/Berlin instead of UTC"),
        ({"hold": 60 * DAY}, "Earnings wait 60 days before they are ready, instead of 30 days."),
        ({"caps": (Cap(Level.MONTH, 499_999_999, "EUR"),)}, "at most 499.999999 EUR per month; it was 500.00."),
        ({"caps": (*OLD.caps, Cap(Level.ALL, 1, "USD"))}, "0.000001 USD in all; there was no such limit"),
        ({"code_max_bps": 900}, "at most 9 %; it was 10 %."),
        ({"fan_bps": 1900}, "The fan's usual part falls from 20 % to 19 %."),
        ({"fan_bps": 2100}, "rises from 20 % to 21 %, which leaves less for creators."),
        ({"fan_max_bps": 2500}, "Creators can give fans at most 25 % instead of 30 %."),
        ({"buyer_bps": 400}, "The buyer's part falls from 5 % to 4 %."),
        ({"buyer_bps": 600}, "The buyer's part rises from 5 % to 6 %, which leaves less for creators."),
        ({"introducer_days": 0}, "her buyer's first order only instead of her buyer's orders of 30 days."),
        ({"introducer_days": 60}, "orders of 60 days instead of her buyer's orders of 30 days, which leaves less"),
        ({"notice_days": 10}, "Changes are announced 10 days before instead of 30 days."),
    ],
)
def test_what_gets_worse_is_said_in_one_sentence(fields: dict[str, Any], sentence: str) -> None:
    (found,) = change(**fields)
    assert sentence in found


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"rules": (Rule("standard", bps=1300),)},
        {"rules": (Rule("renamed", bps=1200),)},
        {"rules": (STANDARD, Rule("extra", each=5_000_000, currency="EUR"))},
        {"window": 31 * DAY},
        {"hold": 29 * DAY},
        {"caps": ()},
        {"caps": (Cap(Level.MONTH, 500_000_001, "EUR"),)},
        {"code_max_bps": None},
        {"code_max_bps": 1100},
        {"fan_max_bps": 3000},
        {"notice_days": 60},
        {"open_admission": True},
        {"half_life": DAY},
        {"caps": (), "time_zone": "UTC"},
    ],
)
def test_what_only_improves_is_not_a_lowering(fields: dict[str, Any]) -> None:
    assert change(**fields) == []


def test_a_time_zone_matters_only_where_periods_count() -> None:
    plain = replace(OLD, caps=())
    assert lowers(plain, replace(plain, time_zone="Europe/Berlin")) == []


def test_a_longer_window_or_another_half_life_moves_parts_where_a_sale_is_split() -> None:
    decay = replace(OLD, policy=Policy.DECAY)
    assert "earlier clicks of other creators" in lowers(decay, replace(decay, window=60 * DAY))[0]
    assert "weigh half as much after 14 days" in lowers(decay, replace(decay, half_life=14 * DAY))[0]


def test_what_lowers_waits_for_the_promised_notice() -> None:
    lower = replace(OLD, hold=31 * DAY)
    assert earliest_effective(OLD, lower, 1000) == 1000 + 30 * DAY
    assert earliest_effective(lower, OLD, 1000) == 1000


def test_a_shorter_notice_cannot_shorten_itself() -> None:
    assert earliest_effective(OLD, replace(OLD, notice_days=1), 0) == 30 * DAY


def test_the_notice_is_at_least_a_day_whatever_the_terms_say() -> None:
    hasty = replace(OLD, notice_days=0)
    assert earliest_effective(hasty, replace(hasty, hold=31 * DAY), 5) == 5 + DAY


def test_one_covering_rule_is_enough() -> None:
    shoes = Rule("shoes", bps=1000, categories=frozenset({"shoes"}))
    old = replace(OLD, rules=(STANDARD, shoes))
    assert lowers(old, replace(old, rules=(STANDARD,))) == []


def ladder(*steps: tuple[int | None, int], currency: str = "EUR") -> Rule:
    return Rule("t", brackets=tuple(Bracket(upto, bps) for upto, bps in steps), currency=currency)


def lifting(*steps: tuple[int | None, int]) -> Rule:
    """A ladder whose last step is retroactive."""
    rule = ladder(*steps)
    return replace(rule, brackets=(*rule.brackets[:-1], replace(rule.brackets[-1], retroactive=True)))


@pytest.mark.parametrize(
    ("new", "old", "covered"),
    [
        (ladder((100, 1000), (None, 1500)), ladder((200, 1000), (None, 1500)), True),
        (ladder((200, 1000), (None, 1500)), ladder((100, 1000), (None, 1500)), False),
        (ladder((100, 1000), (None, 1500)), lifting((100, 1000), (None, 1500)), False),
        (lifting((100, 1000), (None, 1500)), ladder((100, 1000), (None, 1500)), True),
        (lifting((100, 1000), (None, 1500)), lifting((200, 1000), (None, 1500)), True),
        (lifting((200, 1000), (None, 1500)), lifting((100, 1000), (None, 1500)), False),
        (Rule("p", bps=1500), lifting((100, 1000), (None, 1500)), True),
        (Rule("p", bps=1500), ladder((100, 1000), (None, 1500)), True),
        (Rule("p", bps=1499), ladder((100, 1000), (None, 1500)), False),
        (ladder((None, 5000), currency="USD"), ladder((None, 100)), False),
        (ladder((None, 5000)), Rule("p", bps=100), False),
        (Rule("f", each=5, currency="EUR"), Rule("f", each=5, currency="EUR"), True),
        (Rule("f", each=4, currency="EUR"), Rule("f", each=5, currency="EUR"), False),
        (Rule("p", bps=10_000), Rule("f", each=5, currency="EUR"), False),
        (Rule("f", each=5, currency="EUR"), ladder((None, 1)), False),
        (Rule("f", each=5, currency="EUR"), Rule("p", bps=0), True),
        (Rule("a", bps=1, products=frozenset("ab")), Rule("a", bps=1, products=frozenset("a")), True),
        (Rule("a", bps=1, products=frozenset("a")), Rule("a", bps=1), False),
        (Rule("a", bps=1), Rule("a", bps=1, products=frozenset("a")), True),
        (Rule("a", bps=1, not_products=frozenset("x")), Rule("a", bps=1), False),
        (Rule("a", bps=1, not_products=frozenset("x")), Rule("a", bps=1, products=frozenset("a")), True),
        (Rule("a", bps=1, not_products=frozenset("a")), Rule("a", bps=1, products=frozenset("a")), False),
        (Rule("a", bps=1, buyers=BuyerKind.NEW), Rule("a", bps=1), False),
        (Rule("a", bps=1), Rule("a", bps=1, buyers=BuyerKind.NEW), True),
    ],
)
def test_a_rule_covers_another_only_if_it_always_gives_as_much(new: Rule, old: Rule, covered: bool) -> None:
    assert covers(new, old) is covered


# --- the careful answer is right: where no lowering is found, no order earns less -------------------------------------

few = st.frozensets(st.sampled_from("ab"), max_size=2)
rates = st.sampled_from([0, 500, 1000, 1500, 10_000])


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    named = Rule(
        draw(st.sampled_from("rst")),
        products=draw(few),
        categories=draw(few),
        not_products=draw(few),
        not_categories=draw(few),
        buyers=draw(st.sampled_from(BuyerKind)),
        countries=draw(st.sampled_from([frozenset[str](), frozenset({"DE"}), frozenset({"DE", "AT"})])),
    )
    kind = draw(st.sampled_from(["percent", "percent", "flat", "tiers"]))
    if kind == "percent":
        return replace(named, bps=draw(rates))
    currency = draw(st.sampled_from(["EUR", "USD"]))
    if kind == "flat":
        return replace(named, each=draw(st.integers(1, 3)) * 1_000_000, currency=currency)
    bounds = sorted(draw(st.sets(st.sampled_from([10_000_000, 20_000_000]))))
    brackets = [Bracket(upto, draw(rates)) for upto in [*bounds, None]]
    highest = brackets[-1].bps > max([one.bps for one in brackets[:-1]], default=10_000)
    brackets[-1] = replace(brackets[-1], retroactive=highest and draw(st.booleans()))
    return replace(named, brackets=tuple(brackets), currency=currency)


@st.composite
def orders(draw: st.DrawFn) -> OrderView:
    line = Line(
        "1", draw(st.integers(0, 40_000_000)), draw(st.integers(1, 3)), draw(st.sampled_from("abc")), "",
        draw(st.sampled_from("abc")),
    )  # fmt: skip
    return OrderView(
        order_id="1",
        birth="",
        placed_at=0,
        modified_at=0,
        status=Status.CAPTURED,
        currency=draw(st.sampled_from(["EUR", "USD", "JPY"])),
        lines=(line,),
        kept=(draw(st.integers(0, line.net)),),
        test=False,
        fulfilled_at=None,
        country=draw(st.sampled_from(["DE", "AT", "FR", ""])),
        buyer=Buyer(),
        evidence=Evidence(),
    )


def earned(rules: tuple[Rule, ...], view: OrderView, new_buyer: bool, before: int) -> int:
    whole = Fraction(1)
    pools = line_pools(
        replace(OLD, rules=rules), view, new_buyer=new_buyer, credit=whole, by_code=False,
        tier_segments=[(before, view.net)],
    )  # fmt: skip
    return part(pools, whole)


@st.composite
def versions(draw: st.DrawFn) -> tuple[Rule, Rule]:
    """An old rule and a new one that took over some of another rule's fields: often better, often worse."""
    old, other = draw(rules()), draw(rules())
    taken = draw(
        st.sets(st.sampled_from(["kind", "kind", "products", "categories", "buyers", "countries"]), max_size=2)
    )
    fields = {name: getattr(other, name) for name in taken - {"kind"}}
    if "kind" in taken:
        fields |= {name: getattr(other, name) for name in ("bps", "each", "brackets", "currency")}
    for name in ("products", "categories"):
        if name in taken:
            fields[f"not_{name}"] = getattr(other, f"not_{name}")
    return old, replace(old, **fields)


places_in_period = st.sampled_from([0, 5_000_000, 19_000_000, 30_000_000])


@given(versions(), orders(), st.booleans(), places_in_period)
def test_a_covering_rule_never_earns_less(
    pair: tuple[Rule, Rule], view: OrderView, new_buyer: bool, before: int
) -> None:
    old, new = pair
    assume(covers(new, old))
    assert earned((new,), view, new_buyer, before) >= earned((old,), view, new_buyer, before)


@given(st.lists(versions(), min_size=1, max_size=3), orders(), st.booleans(), places_in_period)
def test_where_no_lowering_is_found_no_order_earns_less(
    pairs: list[tuple[Rule, Rule]], view: OrderView, new_buyer: bool, before: int
) -> None:
    olds, news = (tuple(pair[side] for pair in pairs) for side in (0, 1))
    assume(not lowers(replace(OLD, rules=olds), replace(OLD, rules=news)))
    assert earned(news, view, new_buyer, before) >= earned(olds, view, new_buyer, before)


def test_an_order_that_earns_less_is_found_where_a_rule_does_not_cover() -> None:
    """Negative control: the comparison above can fail."""
    old, new = STANDARD, replace(STANDARD, bps=1199)
    line = Line("1", 1_000_000)
    view = OrderView(
        "1", "", 0, 0, Status.CAPTURED, "EUR", (line,), (line.net,), False, None, "", Buyer(), Evidence()
    )  # fmt: skip
    assert earned((new,), view, True, 0) < earned((old,), view, True, 0)
