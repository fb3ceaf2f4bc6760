"""What a shop says was sold and given back: the normalised state of one order, without names.

A connector turns a delivery or a fetched document into an ``OrderState``. The states of an order form a join
semilattice (``fanshare.core.order_join``): any arrival order, with any repetitions, ends in the same ``OrderView``.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from fanshare.core.instants import Instant
from fanshare.core.money import Micros


class Status(StrEnum):
    """The life of an order, as far as money is concerned. A connector maps its shop's words to these."""

    OPEN = "open"  # placed, money not captured: never books
    CAPTURED = "captured"  # paid, or as good as paid (cash on delivery being processed)
    CANCELLED = "cancelled"  # cancelled or failed: worth nothing
    DELETED = "deleted"  # a tombstone: the shop no longer has it


#: Ties of modified_at are decided by the further status: a later stage of life wins.
STATUS_RANK = {Status.OPEN: 0, Status.CAPTURED: 1, Status.CANCELLED: 2, Status.DELETED: 3}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of goods. ``net`` is the line's amount after discounts, without tax, in micros, not negative.

    ``discount`` is what the buyer was spared of the line, without tax; ``None`` where the shop does not say.
    """

    id: str
    net: Micros
    quantity: int = 1
    product: str = ""
    sku: str = ""
    category: str = ""
    collection: str = ""
    gift_card: bool = False
    discount: Micros | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund. ``money`` is what went back to the buyer, all included (gross), in micros, not negative.

    ``lines`` maps an order line to the goods amount (net) the refund names for it; ``other`` is the shipping and tax
    the refund itself names. A refund without lines is amount-only. ``detailed`` is false where the connector could
    not see the refund's own lines yet (WooCommerce without a fetch): then the figure is an estimate.
    """

    id: str
    created_at: Instant
    money: Micros
    lines: tuple[tuple[str, Micros], ...] = ()
    other: Micros = 0
    detailed: bool = True


@dataclass(frozen=True, slots=True)
class Buyer:
    """Pseudonyms of the payer: keyed hashes, hexadecimal, never clear text. Empty when the shop withholds them."""

    customer: str = ""
    email: str = ""
    payment: str = ""

    @property
    def identity(self) -> str:
        """The buyer's identity for newness: the shop customer id, else the e-mail; empty when withheld."""
        return f"c:{self.customer}" if self.customer else f"e:{self.email}" if self.email else ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What in the order points to a creator or a fan.

    ``clicks`` are click ids in the order the shop saw them; ``whole_path`` says that the list is the append-only
    ``fs_path`` and not a single visible id. ``codes`` are discount codes as typed, matched case-insensitively.
    ``checkout_started_at`` is known only where the shop tells it. ``old_links`` are links of another tool in the
    address where the visit began, as ``via=cleo`` (``fanshare.core.old_links``).
    """

    clicks: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    whole_path: bool = False
    checkout_started_at: Instant | None = None
    old_links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderState:
    """One reported state of one order. Money in micros of ``currency``; ``total`` is what the buyer paid, gross.

    ``exchange_of`` is the id of the order (at the same shop) whose goods this one exchanges: it inherits that order's
    credits. ``aliases`` are other names of the same sale, such as the payment's id (``fanshare.core.twins``).
    ``supersedes`` says that everything earlier states told is in this one: of several such the newest counts alone.
    ``number`` is the shop's running number, without gaps but for deleted orders; 0 where the shop has none.
    """

    order_id: str
    birth: str
    modified_at: Instant
    placed_at: Instant
    status: Status
    currency: str
    lines: tuple[Line, ...]
    shipping: Micros = 0
    tax: Micros = 0
    total: Micros = 0
    refunds: tuple[Refund, ...] = ()
    test: bool = False
    fulfilled_at: Instant | None = None
    country: str = ""
    buyer: Buyer = field(default_factory=Buyer)
    evidence: Evidence = field(default_factory=Evidence)
    fetched: bool = False
    exchange_of: str = ""
    aliases: tuple[str, ...] = ()
    supersedes: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class OrderView:
    """The order as all accepted states together tell it: what ``desired`` reads.

    ``lines`` carry what is *kept* of each line (micros, never negative, after refunds); ``goods`` is what was sold.
    ``vanished`` names why a live order is to count as nothing after its notice (``test``, ``deleted``, ``zero``).
    ``estimated`` is true while a refund's lines are unknown. Buyer and ``placed_at`` come from the earliest state.
    """

    order_id: str
    birth: str
    placed_at: Instant
    modified_at: Instant
    status: Status
    currency: str
    lines: tuple[Line, ...]
    kept: tuple[Micros, ...]
    test: bool
    fulfilled_at: Instant | None
    country: str
    buyer: Buyer
    evidence: Evidence
    vanished: str = ""
    estimated: bool = False
    exchange_of: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def goods(self) -> Micros:
        """Net goods sold, before refunds; gift cards are money, not goods."""
        return sum(line.net for line in self.lines)

    @property
    def net(self) -> Micros:
        """Net goods kept, after refunds."""
        return sum(self.kept)
