"""Legs of conversions in the worlds of statements, as the books write them."""

from typing import Any

from fanshare.core import commitments, leaves
from fanshare.core.rates import Converted
from fanshare.core.statement import payout_opening
from tests.core.statement_worlds import Chain, World


def convert(world: World, party: str, one: Converted) -> tuple[Chain, Chain]:
    """Both legs: what is given, what is received."""
    told = leaves.rate(one, world.salt().hex())
    out = leg(world, party, "exchanged", one.given, one.quote.origin, told)
    return out, leg(world, party, "received", one.got, one.quote.target, told)


def leg(world: World, party: str, state: str, amount: int, currency: str, rate: dict[str, Any]) -> Chain:
    """One leg, whatever its rate says."""
    salt, number = world.salt(), f"pay-{len(world.chains)}"
    chain = Chain(payout_opening(number, salt), commitments.payout(salt, number))
    world.chains.append(chain)
    step(world, chain, party, amount, state, currency, rate)
    return chain


def step(
    world: World, chain: Chain, party: str, amount: int, state: str, currency: str, rate: dict[str, Any] | None = None
) -> None:
    """A leg enters a state."""
    salt = world.salt()
    told = world.going(chain, amount, state) | {"currency": currency}
    body = leaves.payout(payout=chain.subject, who=commitments.who(salt, party), rate=rate, **told)
    world.add(chain, body, {"payee": (party, salt)})
