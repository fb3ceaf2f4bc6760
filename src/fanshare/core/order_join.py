"""How the states of one order join: any arrival order, with any repetitions, tells one story.

``join`` is a function of the *set* of accepted states, so it is commutative, associative and idempotent by
construction. Which state counts:

* **The record.** A fetched state beats every reported one; among equals the newest by ``modified_at``, then the
  further stage of life, then the one that knows more refunds, then the hash. Without a fetch a deletion is sticky.
* **Refunds.** The list of a fetched record is complete; without one, refunds are united by id over all states, and a
  detailed refund beats an undetailed one of the same id. ``fanshare.core.refunds`` applies them.
* **Superseded.** A state that holds all that was told before (``supersedes``) leaves only newer ones of its kind.
* **Buyer and placing** come from the earliest state by (``modified_at``, hash): later merges don't move old orders.
* **Vanishing.** A live sale that turns into a test, a deletion or a total of zero is reported as ``vanished`` with
  the figures of its last live state; the caller lets it take effect after its notice. A cancellation acts at once.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from fanshare.core.errors import ConflictError
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.order_documents import state_hash
from fanshare.core.orders import STATUS_RANK, Buyer, Evidence, Line, OrderState, OrderView, Refund, Status
from fanshare.core.refunds import kept_goods


@dataclass(frozen=True, slots=True)
class _Known:
    """A state beside its hash, computed once."""

    state: OrderState
    hash: str

    @property
    def age(self) -> tuple[Instant, str]:
        return self.state.modified_at, self.hash

    @property
    def stage(self) -> tuple[int, bool, int, Micros, str]:
        """Decides between states of the same second: how far the order's life has come in each."""
        state = self.state
        given_back = sum(refund.money for refund in state.refunds)
        return STATUS_RANK[state.status], state.fulfilled_at is not None, len(state.refunds), given_back, self.hash


@dataclass(frozen=True, slots=True)
class Joined:
    """The states of one order accepted so far. Adding is commutative, associative and idempotent."""

    states: frozenset[OrderState] = frozenset()

    def add(self, state: OrderState) -> "Joined":
        """With one more state. Raises ``ConflictError`` ``birth_conflict``: park the delivery."""
        check_birth(self.states, state)
        return Joined(self.states | {state})

    def merge(self, other: "Joined") -> "Joined":
        """Both together. Raises ``ConflictError`` ``birth_conflict``."""
        merged = self
        for state in other.states:
            merged = merged.add(state)
        return merged

    def view(self) -> OrderView:
        """The order as all of them together tell it. Raises ``ValueError`` when there is no state yet."""
        return join(self.states)


def tombstone(order_id: str, at: Instant, *, fetched: bool) -> OrderState:
    """The state of an order the shop no longer has: reported deleted at ``at``, or looked for in vain at ``at``."""
    return OrderState(
        order_id=order_id,
        birth="",
        modified_at=at,
        placed_at=at,
        status=Status.DELETED,
        currency="",
        lines=(),
        fetched=fetched,
    )


def check_birth(states: Iterable[OrderState], newcomer: OrderState) -> None:
    """Refuse a state that speaks of another order under a used number.

    A state without a birth mark (a tombstone) fits every order. Raises ``ConflictError`` ``birth_conflict``.
    """
    if any(newcomer.birth and state.birth and state.birth != newcomer.birth for state in states):
        raise ConflictError(
            "birth_conflict",
            "Order %(order_id)s is another order than the one known under this number; the shop reused it.",
            order_id=newcomer.order_id,
        )


def join(states: Iterable[OrderState]) -> OrderView:
    """The one view of an order that all its accepted states together tell.

    Raises ``ValueError`` for no states or states of several orders, ``ConflictError`` ``birth_conflict`` for states
    with different birth marks.
    """
    known = sorted({_Known(state, state_hash(state)) for state in states}, key=lambda each: each.age)
    _check_one_order([each.state for each in known])
    known = [each for each in known if each.state.supersedes][-1:] or known
    record = _record(known)
    source = _source(known, record)
    alive = source.state.status is Status.CAPTURED and not _void(source.state)
    goods = tuple(line for line in source.state.lines if not line.gift_card)
    refunds = _refunds(known, source) if alive else ()
    return OrderView(
        order_id=record.state.order_id,
        birth=max(each.state.birth for each in known),
        placed_at=_told(known)[0].state.placed_at,
        modified_at=record.state.modified_at,
        status=record.state.status,
        currency=source.state.currency,
        lines=goods,
        kept=_kept(source.state, goods, refunds) if alive else (0,) * len(goods),
        test=record.state.test,
        fulfilled_at=source.state.fulfilled_at,
        country=source.state.country,
        buyer=_buyer(known),
        evidence=_evidence(known),
        vanished=_void(record.state) if alive else "",
        estimated=any(not refund.detailed for refund in refunds),
        exchange_of=next((each.state.exchange_of for each in known if each.state.exchange_of), ""),
        aliases=tuple(sorted({name for each in known for name in each.state.aliases})),
    )


def _check_one_order(states: list[OrderState]) -> None:
    if not states:
        raise ValueError("an order needs at least one state")
    if len({state.order_id for state in states}) > 1:
        raise ValueError("these states belong to several orders")
    if len({state.birth for state in states if state.birth}) > 1:
        for state in states:
            check_birth(states, state)


def _record(known: list[_Known]) -> _Known:
    """The state of record, which may be a tombstone."""
    fetched = [each for each in known if each.state.fetched]
    deleted = [each for each in known if each.state.status is Status.DELETED]
    return max(fetched or deleted or known, key=lambda each: (each.state.modified_at, each.stage))


def _source(known: list[_Known], record: _Known) -> _Known:
    """The state the figures are taken from: the record, or what the order was before it vanished."""
    if not _void(record.state) or record.state.status in {Status.CANCELLED, Status.OPEN}:
        return record
    solid = [each for each in known if not _void(each.state)]
    return max(solid, key=lambda each: (each.state.modified_at, each.state.fetched, each.stage), default=record)


def _void(state: OrderState) -> str:
    """Why a state is worth nothing whatever its lines say; empty for a state of a real sale."""
    if state.status is Status.DELETED:
        return "deleted"
    if state.test:
        return "test"
    return "zero" if state.total == 0 else ""


def _told(known: list[_Known]) -> list[_Known]:
    """The states that tell anything about the order, oldest first: tombstones only where there is nothing else."""
    return [each for each in known if each.state.status is not Status.DELETED] or known


def _buyer(known: list[_Known]) -> Buyer:
    """From the earliest state that names one: a draft may be older than the buyer's name, and the card than both."""
    buyer = next((each.state.buyer for each in known if each.state.buyer.identity), known[0].state.buyer)
    paid_by = buyer.payment or next((each.state.buyer.payment for each in known if each.state.buyer.payment), "")
    return replace(buyer, payment=paid_by)


def _evidence(known: list[_Known]) -> Evidence:
    """The longest whole path, else the earliest clicks; the earliest codes, old links, start of checkout.

    Codes that the shop told when it was asked go before reported ones: a message may name a code by its id only.
    """
    all_told = [each.state.evidence for each in known]
    clicked = [evidence for evidence in all_told if evidence.clicks]
    paths = [evidence for evidence in clicked if evidence.whole_path]
    best = max(paths, key=lambda each: (len(each.clicks), each.clicks)) if paths else next(iter(clicked), Evidence())
    starts = [each.checkout_started_at for each in all_told if each.checkout_started_at is not None]
    by_trust = sorted(_told(known), key=lambda each: not each.state.fetched)
    codes = next((each.state.evidence.codes for each in by_trust if each.state.evidence.codes), ())
    old = next((evidence.old_links for evidence in all_told if evidence.old_links), ())
    return replace(best, codes=codes, checkout_started_at=min(starts, default=None), old_links=old)


def _refunds(known: list[_Known], source: _Known) -> tuple[Refund, ...]:
    """The refunds that count, by id. Those of states in another currency don't: an order has one currency at a time."""
    same_currency = [each for each in known if each.state.currency == source.state.currency]
    if source.state.fetched:
        same_currency = [each for each in same_currency if _same_look(each.state, source.state)]
    united: dict[str, Refund] = {}
    # Oldest first, so that of two reports of one refund the newer one stays.
    for each in sorted(same_currency, key=lambda each: (each.state.modified_at, each.stage)):
        for refund in each.state.refunds:
            united[refund.id] = _better(united.get(refund.id), refund)
    return tuple(united.values())


def _same_look(state: OrderState, record: OrderState) -> bool:
    """Fetched in the same second of the shop as the record: neither of the two lists is the newer one."""
    return state.fetched and state.modified_at == record.modified_at


def _better(old: Refund | None, new: Refund) -> Refund:
    """Of two reports of one refund: the detailed one, else the newer one; an undetailed one keeps its first date."""
    if old is None or (new.detailed and not old.detailed):
        return new
    if old.detailed and not new.detailed:
        return old
    return new if new.detailed else replace(new, created_at=min(old.created_at, new.created_at))


def _kept(state: OrderState, goods: tuple[Line, ...], refunds: tuple[Refund, ...]) -> tuple[int, ...]:
    cards = {line.id: line.net for line in state.lines if line.gift_card}
    held_besides = sum(cards.values()) + state.shipping + state.tax
    return kept_goods(goods, held_besides, state.total, [_without_cards(refund, cards.keys()) for refund in refunds])


def _without_cards(refund: Refund, cards: Set[str]) -> Refund:
    """A refund whose gift-card lines count as money, not goods."""
    carded = sum(net for line, net in refund.lines if line in cards)
    lines = tuple((line, net) for line, net in refund.lines if line not in cards)
    return replace(refund, lines=lines, other=refund.other + carded) if carded else refund
