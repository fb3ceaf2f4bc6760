"""An order worked out to the last digit: what a version of the terms means for one sale."""

from dataclasses import dataclass, replace
from fractions import Fraction

from fanshare.core.cumulative import Piece, capped
from fanshare.core.grants import Occasion, granted
from fanshare.core.money import MICROS, Micros, format_percent, format_trimmed
from fanshare.core.orders import Buyer, Evidence, Line, OrderView, Status
from fanshare.core.sharing import share
from fanshare.core.terms import BuyerKind, Level, Rule, Terms
from fanshare.core.terms_sentences import holds_in, listed, rate, universal


@dataclass(frozen=True, slots=True)
class WorkedShares:
    """One order divided, in micros.

    ``granted`` is what rule ``rule_id`` and ``bonuses`` (by name) give on ``net`` of kept goods, ``commission`` what
    the limits leave of it:
    the sum of ``fan``, ``buyer`` and ``creator``, and all the creator's (``creator_alone``) where no fan is involved.
    """

    net: Micros
    rule_id: str
    granted: Micros
    commission: Micros
    fan: Micros
    buyer: Micros
    creator: Micros
    creator_alone: Micros
    bonuses: tuple[tuple[str, Micros], ...] = ()


@dataclass(frozen=True, slots=True)
class WorkedOrder:
    """An example: an order by a buyer whom a fan's link brought, before and after a refund. ``text`` says it all."""

    currency: str
    refund: Micros
    before: WorkedShares
    after: WorkedShares
    text: tuple[str, ...]


def worked_order(
    terms: Terms, currency: str = "EUR", net: Micros = 59 * MICROS, refund: Micros = 20 * MICROS
) -> WorkedOrder:
    """Work out one order of one piece, the first of its period, with the creator's usual part for fans.

    The line is one that the first rule for this currency speaks of; caps apply, no code was typed. ``refund`` (at most
    ``net``) is then given back. Formulas of DESIGN section 6.
    """
    refund = min(refund, net)
    view, rule = _example(terms, currency, net)
    before, after = (_worked(terms, view, rule, kept) for kept in (net, net - refund))
    text = (
        f"Example: a buyer orders goods for {format_trimmed(net)} {currency} through a fan's link.",
        _why(terms, before),
        _divided(terms, before),
        f"Without a fan the creator earns {format_trimmed(before.creator_alone)}.",
        f"If {format_trimmed(refund)} is refunded, goods for {format_trimmed(after.net)} are kept.",
        f"The commission is then {format_trimmed(after.commission)}. {_divided(terms, after)}",
    )
    return WorkedOrder(currency, refund, before, after, text)


def _example(terms: Terms, currency: str, net: Micros) -> tuple[OrderView, Rule | None]:
    """An order that a rule for this currency speaks of, if there is one; a rule for everything comes first."""
    rules = [rule for rule in terms.rules if holds_in(rule.currency, currency)]
    rule = min(rules, key=lambda rule: not universal(rule, currency), default=None)
    line = Line("1", net)
    if rule:
        line = Line(
            "1",
            net,
            product=_one_of(rule.products - rule.not_products),
            sku=_one_of(rule.skus),
            category=_one_of(rule.categories - rule.not_categories),
            collection=_one_of(rule.collections),
        )
    view = OrderView(
        order_id="1",
        birth="",
        placed_at=terms.effective_at,
        modified_at=terms.effective_at,
        status=Status.CAPTURED,
        currency=currency,
        lines=(line,),
        kept=(net,),
        test=False,
        fulfilled_at=None,
        country=_one_of(rule.countries) if rule else "",
        buyer=Buyer(),
        evidence=Evidence(),
    )
    return view, rule


def _one_of(names: frozenset[str]) -> str:
    return min(names, default="")


def _worked(terms: Terms, view: OrderView, rule: Rule | None, kept: Micros) -> WorkedShares:
    """The shares of the example with ``kept`` of its goods: commission, then every cap, then the division."""
    asked = Occasion(
        new_buyer=rule is None or rule.buyers is not BuyerKind.RETURNING,
        first_at=None,
        credit=Fraction(1),
        by_code=False,
        group=_one_of(rule.groups - rule.not_groups) if rule else "",
    )
    found = granted(terms, replace(view, kept=(kept,)), asked, [Piece(0, kept)], terms.margin_bps)
    amount = found.amount
    for level in Level:
        cap = terms.cap(level, view.currency)
        amount = amount if cap is None else capped([Piece(0, amount)], cap)
    shares = share(amount, terms.fan_bps, terms.buyer_bps, introduced=True, by_fan=True)
    return WorkedShares(
        net=kept,
        rule_id=found.lines[0].rule_id,
        granted=found.limits[0].before if found.limits else found.amount,
        bonuses=tuple((bonus.rule_id, bonus.pool) for bonus in found.bonuses),
        commission=amount,
        fan=shares.fan,
        buyer=shares.buyer,
        creator=shares.creator,
        creator_alone=amount,
    )


def _why(terms: Terms, worked: WorkedShares) -> str:
    rule = next((rule for rule in terms.rules if rule.id == worked.rule_id), None)
    if rule is None and not worked.bonuses:
        return "No rule speaks of them, so the commission is 0.00."
    sources = [f"Rule {rule.id} gives {rate(rule)}" if rule else "No rule speaks of them"]
    sources += [f"the bonus {name} gives {format_trimmed(amount)}" for name, amount in worked.bonuses]
    text = f"{listed(sources)}: the commission is {format_trimmed(worked.granted)}"
    if worked.commission != worked.granted:
        text += f", of which the limits leave {format_trimmed(worked.commission)}"
    return text + "."


def _divided(terms: Terms, worked: WorkedShares) -> str:
    fan = f"the fan gets {format_trimmed(worked.fan)} ({format_percent(terms.fan_bps)} %)"
    gifts = [fan]
    if terms.buyer_bps:
        gifts.append(f"the buyer {format_trimmed(worked.buyer)} ({format_percent(terms.buyer_bps)} %)")
    text = listed([*gifts, f"the creator keeps {format_trimmed(worked.creator)}"])
    return f"Of it {text}."
