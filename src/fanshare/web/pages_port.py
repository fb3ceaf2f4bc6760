"""What the first pages read: one port, and the frozen records that come through it.

The pages show and never compute: every amount arrives here as micros from the ledger, every sentence as the statement
words it. Amounts are micros of the named currency, instants are microseconds since 1970 UTC. Text may hold anything a
person typed: the templates escape it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.sharing import Shares

if TYPE_CHECKING:
    from fanshare.store.queries.media_kits import Kept

type Role = Literal["creator", "fan", "buyer"]
type Bucket = Literal["pending", "available", "held"]
type PayoutState = Literal["in_transit", "paid", "returned", "withheld", "exchanged", "received"]


@dataclass(frozen=True, slots=True)
class ProgrammeCard:
    """A programme as the public sees it. ``contact`` is a mail address, else any words that say how to reach it."""

    slug: str
    name: str
    about: str = ""
    time_zone: str = "UTC"
    contact: str = ""
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """Where the money of one order (or one creator's part of it) went.

    ``goods`` is the net amount of the goods still kept by the buyer; ``shares`` divide the commission of one creator
    after all caps; ``others`` is the commission other creators earn on the same order. Raises ``ValueError`` for a
    negative amount: a picture of it would be false.
    """

    currency: str
    goods: Micros
    shares: Shares
    others: Micros = 0

    def __post_init__(self) -> None:
        if min(self.goods, self.others, *self.shares) < 0:
            raise ValueError("goods and shares of an order are never negative")

    @property
    def commission(self) -> Micros:
        """The commission that ``shares`` divide."""
        return sum(self.shares)

    @property
    def shop_keeps(self) -> Micros:
        """Goods less every commission; negative where a flat commission is higher than the goods."""
        return self.goods - self.commission - self.others


def is_path(href: str) -> bool:
    """Whether a browser stays on this site: ``//host`` and ``/\\host`` lead elsewhere, and tabs are dropped."""
    return bool(href) and href.startswith("/") and not href.startswith(("//", "/\\")) and min(href) > " "


@dataclass(frozen=True, slots=True)
class PublicLink:
    """A link that is live. ``label`` is the advertising label its country and platform ask for, in ``language``.

    ``href`` starts with ``/``, ``https://`` or ``http://``; ``label`` is never empty (no link goes live without one);
    ``label_for`` may name the country and platform the label was chosen for. Raises ``ValueError`` otherwise, so
    that no page can show a link that breaks either rule.
    """

    href: str
    text: str
    label: str
    language: str = "en"
    label_for: str = ""

    def __post_init__(self) -> None:
        if not is_path(self.href) and not self.href.lower().startswith(("https://", "http://")):
            raise ValueError("a link leads to a web address")
        if not self.label.strip():
            raise ValueError("a link without an advertising label does not go live")


@dataclass(frozen=True, slots=True)
class PublicPicture:
    """A picture of this site with what it shows in words. Raises ``ValueError`` for one of another site."""

    href: str
    alt: str
    width: int
    height: int

    def __post_init__(self) -> None:
        if not is_path(self.href):
            raise ValueError("a page shows pictures of its own site")


@dataclass(frozen=True, slots=True)
class PublicSection:
    """A part of a creator's page; ``words`` are markdown."""

    heading: str
    words: str


@dataclass(frozen=True, slots=True)
class PublicProduct:
    """A product on a page: what is sold out leads nowhere (``link`` is ``None``). ``price`` is micros, if known."""

    title: str
    price: Micros | None
    currency: str
    link: PublicLink | None
    picture: PublicPicture | None


@dataclass(frozen=True, slots=True)
class PublicForeignLink:
    """A link to another site, by which nobody earns here. ``host`` is shown beside it.

    ``label`` is the advertising label, in ``language``, where she gets something for it elsewhere; else empty. Raises
    ``ValueError`` for an address that is not plainly one of another site.
    """

    href: str
    text: str
    host: str
    label: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        if not self.href.startswith("https://") or not self.host.strip():
            raise ValueError("a link to another site leads there by https, and says where")


@dataclass(frozen=True, slots=True)
class PublicShelf:
    """A section on a creator's page: products, then links to other sites; never empty."""

    heading: str
    products: tuple[PublicProduct, ...]
    elsewhere: tuple[PublicForeignLink, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicGoal:
    """What a creator wants to reach, as of the beginning of the day. ``givers`` is ``None`` while they are few."""

    title: str
    words: str
    target: Micros
    currency: str
    percent: int
    last_day: Instant
    givers: int | None = None


@dataclass(frozen=True, slots=True)
class PublicCreator:
    """A creator's public page. ``links`` holds live links only, in the order she chose; ``about`` is markdown.

    ``direct`` splits an example order that she brought herself, ``through_fan`` the same order brought by a fan of
    hers; either is ``None`` where the terms name no single rate. ``paused``: nothing earns at the moment.
    """

    programme: ProgrammeCard
    slug: str
    name: str
    about: str = ""
    links: tuple[PublicLink, ...] = ()
    direct: Split | None = None
    through_fan: Split | None = None
    picture: PublicPicture | None = None
    sections: tuple[PublicSection, ...] = ()
    shelves: tuple[PublicShelf, ...] = ()
    paused: bool = False
    goal: PublicGoal | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One recorded fact and when it happened."""

    at: Instant
    sentence: str


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """Money of this line that left, or is on its way."""

    at: Instant
    amount: Micros
    state: PayoutState


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One party's amount on one creator's part of one order, with everything that explains it.

    ``order_label`` is what the shop calls the order and stays empty where this party may not know it. ``matures_at``
    is ``None`` while the shop has not said that the order was shipped. ``held_until`` and ``hold_reason`` belong to
    ``bucket == "held"``. ``estimated`` marks an amount that waits for the shop's own lines of a refund.
    """

    programme: ProgrammeCard
    creator_name: str
    role: Role
    split: Split
    bucket: Bucket
    sentences: tuple[str, ...]
    terms_version: int
    terms_hash: str
    order_label: str = ""
    matures_at: Instant | None = None
    held_until: Instant | None = None
    hold_reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    payouts: tuple[PayoutLine, ...] = ()
    estimated: bool = False
    #: Whose line it is, within the programme; 0 while nobody has claimed it.
    party: int = 0

    @property
    def amount(self) -> Micros:
        """What this party earns on this line."""
        return {"creator": self.split.shares.creator, "fan": self.split.shares.fan, "buyer": self.split.shares.buyer}[
            self.role
        ]


@dataclass(frozen=True, slots=True)
class TermsVersion:
    """One published version of the terms, in plain sentences, with a worked order where one rate fits all."""

    number: int
    effective_at: Instant
    hash: str
    sentences: tuple[str, ...]
    example: Split | None = None


@dataclass(frozen=True, slots=True)
class ProgrammeTerms:
    """All versions of a programme's terms, the newest first.

    ``as_reported``: orders of a shop of it count as reported, for that shop can't be asked. ``late_claims``: claims of
    missing sales that have waited for longer than the brand has to answer. ``words`` are the brand's own, in markdown.
    """

    programme: ProgrammeCard
    versions: tuple[TermsVersion, ...]
    as_reported: bool = False
    late_claims: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class DemoLink:
    """A page of this installation: ``href`` is a path that starts with ``/``, else ``ValueError``."""

    href: str
    text: str
    note: str = ""

    def __post_init__(self) -> None:
        if not is_path(self.href):
            raise ValueError("a demonstration links to its own pages")


@dataclass(frozen=True, slots=True)
class DemoSection:
    """Links that belong together."""

    title: str
    links: tuple[DemoLink, ...]


@dataclass(frozen=True, slots=True)
class DemoReport:
    """How a demonstration went: words and figures as the command line printed them, and where to look."""

    figures: tuple[tuple[str, str], ...]
    sections: tuple[DemoSection, ...]


@dataclass(frozen=True, slots=True)
class PublicText:
    """What the operator wrote of one kind; ``language`` is the one it is in."""

    language: str
    words: str
    written_at: Instant


@dataclass(frozen=True, slots=True)
class PublicKit:
    """A media kit. ``name`` is empty where she shows it without."""

    programme: ProgrammeCard
    name: str
    goods: bool
    listed: bool
    sources: "tuple[Kept, ...]"


class PageStore(Protocol):
    """The reads of the public pages. ``None`` means: there is no such thing, or not for the public."""

    def programmes(self) -> Sequence[ProgrammeCard]:
        """Programmes open to the public, ordered by name."""

    def creator(self, programme_slug: str, creator_slug: str) -> PublicCreator | None:
        """A creator's page; ``None`` also where she is not admitted or asked for no page."""

    def kit(self, programme_slug: str, token: str) -> PublicKit | None:
        """The media kit under an address that its creator gave away."""

    def picture(self, programme_slug: str, picture: str) -> bytes | None:
        """A WebP file that hangs on a page."""

    def terms(self, programme_slug: str) -> ProgrammeTerms | None:
        """A programme's terms, every version."""

    def why(self, token: str) -> WhyLine | None:
        """The line an unguessable token names. Compared in the database by its hash, never by prefix."""

    def text(self, kind: str, language: str) -> PublicText | None:
        """Imprint, privacy or accessibility, in this language if there is one; ``None`` while nobody has written it."""

    def demo(self) -> DemoReport | None:
        """The report of a demonstration; ``None`` on every installation that is not marked as one."""
