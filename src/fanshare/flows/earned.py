"""How much of payments was earned from the brand, read from the ledger: gifts and rebates among it were not."""

from collections.abc import Collection, Mapping

from fanshare.core.errors import BadInputError
from fanshare.core.invoices import self_billing as core
from fanshare.core.money import Micros
from fanshare.core.tax.kinds import TaxKind
from fanshare.core.tax.paid import Kinds, payments
from fanshare.store.access import Access
from fanshare.store.queries import tax_years as rows


def earned(access: Access, parties: Collection[int]) -> Mapping[int, Micros]:
    """By payout to one of these: what a credit note is over, with the part of it that a tax authority got."""
    return {payout: _earned(kinds, currency) for payout, (currency, kinds) in whole(access, parties).items()}


def whole(access: Access, parties: Collection[int]) -> Mapping[int, tuple[str, Kinds]]:
    """By payout to one of these: its currency and kinds, with the part of it that a tax authority got."""
    if not parties:
        return {}
    wanted = sorted(set(parties))
    of = rows.beside(access, wanted)
    found: dict[int, tuple[str, dict[TaxKind, Micros]]] = {}
    for party, moves in rows.movements(access, wanted).items():
        for one in payments(party, moves, of):
            if one.payout is None:
                continue
            _, kinds = found.setdefault(of.get(one.payout, one.payout), (one.currency, {}))
            for kind, amount in one.kinds.items():
                kinds[kind] = kinds.get(kind, 0) + amount
    return found


def _earned(kinds: Kinds, currency: str) -> Micros:
    """Where no document knows the currency there is none, and nothing to round."""
    try:
        return core.earned(kinds, currency)
    except BadInputError:
        return sum(kinds.values())
