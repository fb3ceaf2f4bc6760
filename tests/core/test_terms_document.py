"""Terms documents: what may be written, how mistakes are named, and the one canonical form that is hashed."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fanshare.core import terms_document
from fanshare.core.instants import DAY, MINUTE
from fanshare.core.terms import Bracket, BuyerKind, Cap, Level, Policy, Rule, Terms
from fanshare.core.terms_document import TermsError, document, format_percent, parse, read, terms_hash

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "terms").glob("*.toml"))
SIMPLE: dict[str, Any] = {"commission": [{"id": "standard", "percent": "12"}]}

EVERYTHING = """
[terms]
policy = "decay"
window_days = 10
half_life_days = 3
stand_down_minutes = 5
time_zone = "Asia/Kathmandu"
notice_days = 2
groups = ["gold", "new-here"]

[[commission]]
id = "flat"
flat = "5.25"
currency = "USD"
products = ["p"]
skus = ["s"]
categories = ["c"]
collections = ["n"]
not_products = ["x"]
not_categories = ["y"]
buyers = "returning"
countries = ["DE"]

[[commission]]
id = "ladder"
tiers = [{ upto = "1000.00", percent = 10 }, { percent = 12.5 }]
currency = "EUR"
groups = ["gold"]
not_groups = ["new-here"]
months = 12

[[bonuses]]
id = "launch"
percent = "3"
products = ["p"]
months = 0

[[bonuses]]
id = "piece"
flat = "0.50"
currency = "EUR"

[[bonuses]]
id = "welcome"
new_buyer = "5"
currency = "EUR"
groups = ["gold"]

[margin]
max_percent = "30"

[operator]
fee_percent = "2.5"

[fans]
default_percent = 10
max_percent = "25.5"
buyer_percent = 0.01
introducer_days = 0

[[caps]]
per = "month"
amount = "10"
currency = "EUR"

[[caps]]
per = "day"
amount = "0.000001"
currency = "JPY"

[code]
max_percent = "8"

[settlement]
hold_days = 0
"""


def with_rule(**fields: object) -> dict[str, Any]:
    return {"commission": [{"id": "a", **fields}]}


def with_bonus(**fields: object) -> dict[str, Any]:
    return {**SIMPLE, "bonuses": [{"id": "extra", **fields}]}


def with_section(name: str, **fields: object) -> dict[str, Any]:
    return {**SIMPLE, name: fields}


def errors_of(tables: object) -> dict[str, str]:
    with pytest.raises(TermsError) as caught:
        read(tables, version=1, effective_at=0)  # type: ignore[arg-type]  # what a stranger may send
    return dict(caught.value.errors)


def read_toml(text: str) -> Terms:
    return read(parse(text, "toml"), version=1, effective_at=0)


def test_the_smallest_terms_have_sensible_defaults() -> None:
    terms = read(SIMPLE, version=3, effective_at=17)
    assert (terms.version, terms.effective_at) == (3, 17)
    assert terms.rules == (Rule("standard", bps=1200),)
    assert (terms.policy, terms.window, terms.hold) == (Policy.CODE_FIRST, 30 * DAY, 30 * DAY)
    assert (terms.fan_bps, terms.fan_max_bps, terms.buyer_bps, terms.introducer_days) == (2000, 3000, 0, 30)
    assert (terms.notice_days, terms.open_admission, terms.time_zone) == (30, False, "UTC")
    assert (terms.stand_down, terms.half_life, terms.caps, terms.code_max_bps) == (30 * MINUTE, 7 * DAY, (), None)


def test_every_field_arrives() -> None:
    terms = read_toml(EVERYTHING)
    assert terms.rules[0] == Rule(
        "flat",
        each=5_250_000,
        currency="USD",
        products=frozenset({"p"}),
        skus=frozenset({"s"}),
        categories=frozenset({"c"}),
        collections=frozenset({"n"}),
        not_products=frozenset({"x"}),
        not_categories=frozenset({"y"}),
        buyers=BuyerKind.RETURNING,
        countries=frozenset({"DE"}),
    )
    assert terms.rules[1].brackets == (Bracket(1_000_000_000, 1000), Bracket(None, 1250))
    assert (terms.rules[1].groups, terms.rules[1].not_groups) == (frozenset({"gold"}), frozenset({"new-here"}))
    assert (terms.rules[0].months, terms.rules[1].months, terms.groups) == (None, 12, frozenset({"gold", "new-here"}))
    assert terms.bonuses == (
        Rule("launch", bps=300, products=frozenset({"p"}), months=0),
        Rule("piece", each=500_000, currency="EUR"),
        Rule("welcome", per_buyer=5_000_000, currency="EUR", buyers=BuyerKind.NEW, groups=frozenset({"gold"})),
    )
    assert (terms.margin_bps, terms.fee_bps) == (3000, 250)
    assert (terms.policy, terms.window, terms.half_life, terms.stand_down) == (
        Policy.DECAY,
        10 * DAY,
        3 * DAY,
        5 * MINUTE,
    )
    assert (terms.fan_bps, terms.fan_max_bps, terms.buyer_bps, terms.introducer_days) == (1000, 2550, 1, 0)
    assert terms.caps == (Cap(Level.DAY, 1, "JPY"), Cap(Level.MONTH, 10_000_000, "EUR"))
    assert (terms.code_max_bps, terms.hold, terms.notice_days, terms.time_zone) == (800, 0, 2, "Asia/Kathmandu")


def test_a_fan_earns_for_the_window_and_at_most_what_is_allowed_unless_said_otherwise() -> None:
    terms = read({**with_section("terms", window_days=90), "fans": {"max_percent": "5"}}, version=1, effective_at=0)
    assert (terms.introducer_days, terms.fan_bps, terms.fan_max_bps) == (90, 500, 500)


@pytest.mark.parametrize(
    ("tables", "path", "said"),
    [
        (with_rule(percent="120"), "commission[0].percent", "120 is above 100 %"),
        (with_rule(percent=-1), "commission[0].percent", "-1 is below 0 %"),
        (with_rule(percent="12.345"), "commission[0].percent", "more than two decimals"),
        (with_rule(percent=Decimal("12.00000000000000000000000000000000001")), "commission[0].percent", "two decimals"),
        (with_rule(percent=Decimal("1E-1000020")), "commission[0].percent", "two decimals"),
        (with_rule(percent=Decimal("1E+400")), "commission[0].percent", "above 100 %"),
        (with_rule(percent=Decimal("NaN")), "commission[0].percent", "must be a percentage"),
        (with_rule(percent=float("nan")), "commission[0].percent", "must be a percentage"),
        (with_rule(percent="١٢"), "commission[0].percent", "must be a percentage"),
        (with_rule(percent="12 %"), "commission[0].percent", 'such as "12.5"'),
        (with_rule(percent=True), "commission[0].percent", "not true"),
        (with_rule(percent=2**70), "commission[0].percent", "a very large number"),
        (with_rule(), "commission[0]", "exactly one of percent, flat and tiers, not none of them"),
        (with_rule(percent="1", flat="1", currency="EUR"), "commission[0]", "not percent and flat"),
        (with_rule(percent="1", currency="EUR"), "commission[0].currency", "belongs to amounts and tiers"),
        (with_rule(flat="5.00"), "commission[0].currency", "is missing"),
        (with_rule(flat=5, currency="EUR"), "commission[0].flat", 'in quotes such as "5.00"'),
        (with_rule(flat="0.00", currency="EUR"), "commission[0].flat", "above zero"),
        (with_rule(flat="-5", currency="EUR"), "commission[0].flat", "must be an amount"),
        (with_rule(flat="9000000000000.000001", currency="EUR"), "commission[0].flat", "larger than the books"),
        (with_rule(flat="5", currency="XXX"), "commission[0].currency", "not a currency of ISO 4217"),
        (with_rule(flat="5", currency="eur"), "commission[0].currency", "three capitals"),
        (with_rule(percent="1", buyers="newest"), "commission[0].buyers", "did you mean new?"),
        (with_rule(percent="1", countries=["Germany"]), "commission[0].countries", "two capitals"),
        (with_rule(percent="1", products=[]), "commission[0].products", "leave it out to mean all"),
        (with_rule(percent="1", products=["a", "a"]), "commission[0].products", "twice"),
        (with_rule(percent="1", products=["a\x00"]), "commission[0].products", "1 to 200 characters"),
        (with_rule(percent="1", products=["\ud800"]), "commission[0].products", "1 to 200 characters"),
        (
            with_rule(percent="1", products=["a"], not_products=["a", "b"]),
            "commission[0].not_products",
            "never applies",
        ),
        (with_rule(percent="1", id="Big Rule"), "commission[0].id", "a-z, 0-9"),
        ({"commission": [{"percent": "1"}]}, "commission[0].id", "is missing"),
        ({"commission": [*SIMPLE["commission"]] * 2}, "commission[1].id", "names a second rule"),
        ({"commission": []}, "commission", "1 to 200 entries"),
        ({"commission": {"id": "a"}}, "commission", "a list of tables"),
        ({"commission": ["a"]}, "commission[0]", 'must be a table, not "a"'),
        ({}, "commission", "is missing"),
        (with_rule(tiers=[], currency="EUR"), "commission[0].tiers", "1 to 50 entries"),
        (
            with_rule(tiers=[{"upto": "5", "percent": 1}], currency="EUR"),
            "commission[0].tiers[0].upto",
            "last tier is open",
        ),
        (
            with_rule(tiers=[{"percent": 1, "retroactive": True}], currency="EUR"),
            "commission[0].tiers[0].retroactive",
            "nothing before it",
        ),
        (
            with_rule(tiers=[{"upto": "5", "percent": 2}, {"percent": 2, "retroactive": True}], currency="EUR"),
            "commission[0].tiers[1].retroactive",
            "2 % is not above 2 %",
        ),
        (
            with_rule(tiers=[{"upto": "5", "percent": 1}, {"percent": 2, "retroactive": "yes"}], currency="EUR"),
            "commission[0].tiers[1].retroactive",
            'true or false, not "yes"',
        ),
        (with_rule(tiers=[{"percent": 1}] * 2, currency="EUR"), "commission[0].tiers[0].upto", "only the last tier"),
        (
            with_rule(tiers=[{"upto": "5", "percent": 1}] * 2 + [{"percent": 1}], currency="EUR"),
            "commission[0].tiers[1].upto",
            "5.00 is not above the tier before (5.00)",
        ),
        (
            with_rule(tiers=[{"percent": 1, "percnt": 1}], currency="EUR"),
            "commission[0].tiers[0].percnt",
            "did you mean percent?",
        ),
        (with_section("terms", policy="lst"), "terms.policy", "did you mean last?"),
        (with_section("terms", policy=5), "terms.policy", "one of code_first, last"),
        (with_section("terms", policy="linear", admission="open"), "terms.admission", "needs admission by application"),
        (with_section("terms", window_days=0), "terms.window_days", "0 is not between 1 and 365"),
        (with_section("terms", window_days="30"), "terms.window_days", "whole number"),
        (with_section("terms", window_days=Decimal("1.5")), "terms.window_days", "whole number"),
        (with_section("terms", notice_days=0), "terms.notice_days", "0 is not between 1 and 365"),
        (with_section("terms", time_zone="Europe/Atlantis"), "terms.time_zone", "not a known time zone"),
        (with_section("terms", time_zone="localtime"), "terms.time_zone", "not a known time zone"),
        (with_section("terms", time_zone="Europe"), "terms.time_zone", "not a known time zone"),
        (with_section("terms", time_zone="../../etc/passwd"), "terms.time_zone", "must be a time zone"),
        ({**SIMPLE, "terms": 5}, "terms", "must be a table, not 5"),
        (with_section("fans", max_percent="31"), "fans.max_percent", "31 is above 30 %"),
        (with_section("fans", max_percent="20", buyer_percent="20.01"), "fans.buyer_percent", "20.01 is above 20 %"),
        (
            with_section("fans", max_percent="10", default_percent="10.5"),
            "fans.default_percent",
            "10.5 is above max_percent (10 %)",
        ),
        (with_section("fans", introducer_days=366), "fans.introducer_days", "between 0 and 365"),
        (with_section("settlement", hold_days=-1), "settlement.hold_days", "between 0 and 365"),
        (with_section("code"), "code.max_percent", "is missing"),
        (
            {**SIMPLE, "caps": [{"per": "year", "amount": "1", "currency": "EUR"}]},
            "caps[0].per",
            "day, week, month, all",
        ),
        ({**SIMPLE, "caps": [{"per": "day", "currency": "EUR"}]}, "caps[0].amount", "is missing"),
        ({**SIMPLE, "caps": [{"per": "day", "amount": "1", "currency": "EUR"}] * 2}, "caps[1]", "a second cap per day"),
        (with_rule(percent="1", months=121), "commission[0].months", "121 is not between 0 and 120"),
        (with_rule(percent="1", months=3, buyers="new"), "commission[0].months", "means the first order only"),
        (with_rule(percent="1", months=0, buyers="returning"), "commission[0].months", "which is not one of"),
        (with_rule(percent="1", groups=["gold"]), "commission[0].groups", "gold is not named in groups under [terms]"),
        (with_rule(percent="1", groups=["Gold"]), "commission[0].groups", "names of groups"),
        (with_section("margin"), "margin.max_percent", "is missing"),
        (with_section("margin", max_percent="101"), "margin.max_percent", "above 100 %"),
        (with_section("operator"), "operator.fee_percent", "is missing"),
        (with_bonus(), "bonuses[0]", "give exactly one of percent, flat and new_buyer, not none of them"),
        (with_bonus(id="standard", percent="1"), "bonuses[0].id", "every rule and bonus needs its own id"),
        (with_bonus(percent="1", tiers=[{"percent": "1"}]), "bonuses[0].tiers", "would pay who pools accounts"),
        (with_bonus(new_buyer="5"), "bonuses[0].currency", "is missing"),
        (with_bonus(new_buyer="5", currency="EUR", months=2), "bonuses[0].months", "paid once"),
        (with_bonus(percent="1", reached="1000"), "bonuses[0].reached", "never depends on how much somebody sold"),
        (with_bonus(percent="1", nth_orders=10), "bonuses[0].nth_orders", "never depends on how much somebody sold"),
        (with_bonus(percent="1", pro=10), "bonuses[0].pro", "is not a field of terms"),
        (with_rule(percent="1", min_followers=1000), "commission[0].min_followers", "never depend on follower numbers"),
        (with_section("terms", audience_size=1), "terms.audience_size", "nobody needs a minimum"),
        (with_section("commision"), "commision", "did you mean commission?"),
        (with_section("xyz"), "xyz", "allowed here: terms, commission"),
    ],
)
def test_a_mistake_is_named_by_its_field_and_says_what_is_allowed(tables: object, path: str, said: str) -> None:
    found = errors_of(tables)
    assert said in found[path]
    assert list(found) == [path]


def test_the_parts_of_fan_and_buyer_together_leave_half_to_the_creator() -> None:
    found = errors_of(with_section("fans", max_percent="40", buyer_percent="15"))
    assert "55 % together; the creator keeps at least 50 %" in found["fans.buyer_percent"]


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(TermsError) as caught:
        read_toml(
            """
            [terms]
            polcy = "last"
            window_days = 0
            [[commission]]
            id = "a"
            percent = 120
            [[caps]]
            per = "day"
            amount = "x"
            currency = "EUR"
            """
        )
    assert caught.value.code == "terms_invalid"
    assert caught.value.message.splitlines() == [
        "terms.polcy: is not a field of terms; did you mean policy?",
        "terms.window_days: 0 is not between 1 and 365",
        "commission[0].percent: 120 is above 100 %",
        'caps[0].amount: must be an amount in quotes such as "5.00" beside currency = "EUR", not "x"',
    ]


def test_a_message_stays_readable_however_much_is_wrong() -> None:
    with pytest.raises(TermsError) as caught:
        read({"commission": [{"id": "a", "percent": 200}] * 200}, version=1, effective_at=0)
    assert len(caught.value.errors) == 399
    assert caught.value.message.splitlines()[-1] == "and 349 more"


# --- canonical form -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_valid_and_keep_their_meaning_in_canonical_form(path: Path) -> None:
    terms = read(parse(path.read_bytes(), "toml"), version=1, effective_at=0)
    assert read(document(terms), version=1, effective_at=0) == terms
    assert terms.hash == terms_hash(document(terms))


def test_the_hash_does_not_depend_on_how_the_same_terms_are_written() -> None:
    one = read_toml('[[commission]]\nid = "a"\npercent = 12.50\nskus = ["b", "a"]\n[terms]\nwindow_days = 30\n')
    two = read_toml('[[commission]]\nskus = ["a", "b"]\npercent = "12.5"\nid = "a"\n')
    other = read_toml('[[commission]]\nskus = ["a", "b"]\npercent = "12.51"\nid = "a"\n')
    assert one == two
    assert one.hash != other.hash


def test_the_hash_of_the_smallest_terms_stays_what_it_was() -> None:
    """Hashes are in the log for ever: a change of the canonical form would orphan them."""
    assert read(SIMPLE, version=1, effective_at=0).hash == (
        "e000f70d5f52ed78e245c4da14f2135040193643b46e08ac1fa7d110f409ffbe"
    )


def test_a_duration_that_no_document_can_say_is_refused() -> None:
    with pytest.raises(ValueError, match="whole days"):
        document(Terms(version=1, effective_at=0, rules=(Rule("a", bps=1),), window=DAY + 1))


@pytest.mark.parametrize(
    ("bps", "text"), [(0, "0"), (1, "0.01"), (10, "0.1"), (1250, "12.5"), (2000, "20"), (10_000, "100")]
)
def test_a_percentage_is_written_without_needless_zeros(bps: int, text: str) -> None:
    assert format_percent(bps) == text


def test_the_public_names_are_where_callers_look_for_them() -> None:
    assert terms_document.TermsError is TermsError
    assert terms_document.MAX_DOCUMENT_BYTES == 256_000
