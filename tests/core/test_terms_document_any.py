"""Any terms survive their canonical document, and no document breaks the reader."""

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.canonical import canonical
from fanshare.core.instants import DAY, MINUTE
from fanshare.core.terms import Bracket, BuyerKind, Cap, Level, Policy, Rule, Terms
from fanshare.core.terms_document import TermsError, document, parse, read

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
names = st.frozensets(texts, max_size=3)
amounts = st.integers(1, 9 * 10**18)


@st.composite
def rules(draw: st.DrawFn, place: int) -> Rule:
    kind = draw(st.sampled_from(["bps", "each", "brackets"]))
    bounds = sorted(draw(st.sets(amounts, max_size=3)))
    products, categories = draw(names), draw(names)
    return Rule(
        id=f"rule-{place}",
        bps=draw(st.integers(0, 10_000)) if kind == "bps" else None,
        each=draw(amounts) if kind == "each" else None,
        brackets=tuple(Bracket(upto, draw(st.integers(0, 10_000))) for upto in [*bounds, None])
        if kind == "brackets"
        else (),
        currency="" if kind == "bps" else draw(st.sampled_from(["EUR", "JPY", "KWD", "CLF"])),
        products=products,
        skus=draw(names),
        categories=categories,
        collections=draw(names),
        not_products=draw(names) - products,
        not_categories=draw(names) - categories,
        buyers=draw(st.sampled_from(BuyerKind)),
        countries=draw(st.frozensets(st.sampled_from(["DE", "AT", "FR"]))),
    )


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    fan_max = draw(st.integers(0, 3000))
    policy = draw(st.sampled_from(Policy))
    levels = draw(st.lists(st.tuples(st.sampled_from(Level), st.sampled_from(["EUR", "JPY"])), unique=True, max_size=4))
    levels.sort(key=lambda key: (list(Level).index(key[0]), key[1]))
    return Terms(
        version=1,
        effective_at=0,
        rules=tuple(draw(rules(place)) for place in range(draw(st.integers(1, 3)))),
        policy=policy,
        window=draw(st.integers(1, 365)) * DAY,
        hold=draw(st.integers(0, 365)) * DAY,
        introducer_days=draw(st.integers(0, 365)),
        half_life=draw(st.integers(1, 365)) * DAY,
        stand_down=draw(st.integers(0, 1440)) * MINUTE,
        caps=tuple(Cap(level, draw(amounts), currency) for level, currency in levels),
        code_max_bps=draw(st.none() | st.integers(0, 10_000)),
        fan_bps=draw(st.integers(0, fan_max)),
        fan_max_bps=fan_max,
        buyer_bps=draw(st.integers(0, 2000)),
        notice_days=draw(st.integers(1, 365)),
        open_admission=policy in (Policy.CODE_FIRST, Policy.LAST, Policy.FIRST) and draw(st.booleans()),
        time_zone=draw(st.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])),
    )


@given(any_terms())
def test_terms_survive_their_canonical_document(terms: Terms) -> None:
    written = document(terms)
    through_json = parse(canonical(written), "json")
    again = read(through_json, version=1, effective_at=0)
    assert document(again) == written
    assert again == Terms(**{name: getattr(terms, name) for name in Terms.__slots__ if name != "hash"}, hash=again.hash)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(["terms", "commission", "fans", "caps", "code", "settlement", "x"]), json_values)
)
def test_no_document_whatever_breaks_the_reader(tables: dict[str, Any]) -> None:
    with contextlib.suppress(TermsError):
        assert read(tables, version=1, effective_at=0).hash
