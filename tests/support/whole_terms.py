"""Any terms with everything that terms can say, as hypothesis draws them."""

from dataclasses import replace

from hypothesis import strategies as st

from fanshare.core.terms import Bracket, BuyerKind, Rule, Terms
from tests.core.test_terms_document_any import amounts, any_terms, names

GROUPS = frozenset({"gold", "new-here"})
_months = st.none() | st.integers(0, 120)


@st.composite
def whole_terms(draw: st.DrawFn) -> Terms:
    """Terms with groups, months, retroactive tiers, bonuses, a margin and a fee, each or none."""
    terms = draw(any_terms())
    if not draw(st.booleans()):
        return terms
    return replace(
        terms,
        groups=GROUPS,
        rules=tuple(_further(draw, rule) for rule in terms.rules),
        bonuses=tuple(_bonus(draw, place) for place in range(draw(st.integers(0, 2)))),
        margin_bps=draw(st.none() | st.integers(0, 10_000)),
        fee_bps=draw(st.integers(0, 10_000)),
    )


def _further(draw: st.DrawFn, rule: Rule) -> Rule:
    rates = sorted(draw(st.sets(st.integers(0, 10_000), min_size=len(rule.brackets), max_size=len(rule.brackets))))
    brackets = tuple(
        Bracket(one.upto, bps, place > 0 and draw(st.booleans()))
        for place, (one, bps) in enumerate(zip(rule.brackets, rates, strict=True))
    )
    return replace(
        rule, brackets=brackets, months=_allowed(rule.buyers, draw(_months)), groups=frozenset(draw(_groups))
    )


_groups = st.sampled_from([(), ("gold",), ("gold", "new-here")])


def _allowed(buyers: BuyerKind, months: int | None) -> int | None:
    """New buyers have no months, and those who come back none that are over at once."""
    return None if buyers is BuyerKind.NEW or (buyers is BuyerKind.RETURNING and months == 0) else months


def _bonus(draw: st.DrawFn, place: int) -> Rule:
    kind, currency = draw(st.sampled_from(["bps", "each", "buyer"])), draw(st.sampled_from(["EUR", "JPY"]))
    return Rule(
        id=f"bonus-{place}",
        bps=draw(st.integers(0, 10_000)) if kind == "bps" else None,
        each=draw(amounts) if kind == "each" else None,
        per_buyer=draw(amounts) if kind == "buyer" else None,
        currency="" if kind == "bps" else currency,
        buyers=BuyerKind.NEW if kind == "buyer" else BuyerKind.ANY,
        products=draw(names),
        not_groups=frozenset(draw(_groups)),
    )
