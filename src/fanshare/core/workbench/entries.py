"""What a creator writes into her books. All amounts are micros of the one currency of the books, none below zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fanshare.core.money import Micros

#: What costs are for. The key is kept, the words are the page's.
CATEGORIES = (
    "material",
    "shipping",
    "software",
    "studio",
    "travel",
    "meals",
    "phone",
    "advertising",
    "fees",
    "help",
    "learning",
    "other",
)
#: Where a deal's posts stand.
PLATFORMS = (
    "instagram",
    "tiktok",
    "youtube",
    "twitch",
    "pinterest",
    "facebook",
    "blog",
    "podcast",
    "newsletter",
    "other",
)
#: How often something that recurs comes: every so many months.
PACES = (1, 3, 6, 12)
#: What was done in an hour.
STEPS = ("idea", "talks", "script", "shoot", "edit", "review", "publish", "answers", "office")


@dataclass(frozen=True, slots=True)
class Deal:
    """An agreement. What it brings counts on ``day``: the fee, and what the product is worth to her.

    ``programme`` names where on fanshare its commission comes from (empty: nowhere), counted from ``since`` to
    ``until``, both included. What was agreed in another currency (``foreign``) says how much (``original`` the fee,
    ``original_part`` the product) and by which ``rate``, as ``foreign.py`` has it, and ``rate_from`` whom.
    """

    id: str
    name: str
    day: date
    fee: Micros
    product: Micros
    platform: str
    programme: str = ""
    since: date = date.min
    until: date = date.max
    foreign: str = ""
    original: Micros = 0
    original_part: Micros = 0
    rate: str = ""
    rate_from: str = ""


@dataclass(frozen=True, slots=True)
class Commission:
    """What the orders of one day brought her in a programme. It comes from the ledger and is never typed."""

    day: date
    amount: Micros
    programme: str


@dataclass(frozen=True, slots=True)
class Payout:
    """What fanshare paid her of it on a day. It comes from the ledger. ``kind``: ``paid``, ``withheld`` for a tax
    authority, or ``received`` out of another currency, to be paid.
    """

    day: date
    amount: Micros
    programme: str
    kind: str = "paid"


@dataclass(frozen=True, slots=True)
class Cost:
    """Something paid once, for a deal or (``deal`` empty) for everything she does.

    ``tax`` is what of it is value added tax, for the adviser's files; ``paper`` names its receipt (empty: none).
    What was paid in another currency says how much as a ``Deal`` does (``original_part`` of it was tax). What a brand
    gives back (``paid_back``) is no money of her own.
    """

    id: str
    day: date
    amount: Micros
    category: str
    words: str
    deal: str = ""
    tax: Micros = 0
    paper: str = ""
    foreign: str = ""
    original: Micros = 0
    original_part: Micros = 0
    rate: str = ""
    rate_from: str = ""
    paid_back: bool = False


@dataclass(frozen=True, slots=True)
class Recurring:
    """Something paid every ``every`` months from ``first`` on, up to and including ``until``."""

    id: str
    first: date
    until: date
    every: int
    amount: Micros
    category: str
    words: str
    deal: str = ""


@dataclass(frozen=True, slots=True)
class Equipment:
    """Something that lasts: its price is spread over ``months``, as far as it is for work (basis points)."""

    id: str
    bought_on: date
    price: Micros
    months: int
    work_bps: int
    words: str


@dataclass(frozen=True, slots=True)
class Trip:
    """A way driven for work. ``distance`` is in thousandths of the unit of its table (kilometres or miles)."""

    id: str
    day: date
    distance: int
    vehicle: str
    words: str
    deal: str = ""


@dataclass(frozen=True, slots=True)
class Time:
    """Minutes worked on a day, for a deal or for none."""

    id: str
    day: date
    minutes: int
    step: str
    deal: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """What somebody owes her, due on a day. It is paid on another (``date.max``: not yet) and counts no income itself.

    ``law`` names whose late interest applies (empty: none), ``reference`` a typed reference rate in basis points.
    """

    id: str
    name: str
    payer: str
    amount: Micros
    sent: date
    due: date
    paid: date = date.max
    law: str = ""
    reference: int | None = None
    deal: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """Something she posted or will post. It is paid for where it belongs to a deal.

    ``work`` names what of her plan it was (empty: nothing), ``carries`` the links and codes that stand in it.
    """

    id: str
    day: date
    platform: str
    words: str
    deal: str = ""
    work: str = ""
    carries: str = ""


@dataclass(frozen=True, slots=True)
class Never:
    """Words of what she never wants to stand for: a brand, a kind of product, a practice; and why."""

    id: str
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class Work:
    """Something to be made: at the latest on ``due``, not begun before ``first``, not out before ``embargo``.

    ``steps``, ``done`` and ``placed`` are lines that ``works`` reads: what it takes, what is done, where it is planned.
    """

    id: str
    name: str
    due: date
    steps: str
    deal: str = ""
    first: date = date.min
    embargo: date = date.min
    done: str = ""
    placed: str = ""


@dataclass(frozen=True, slots=True)
class Idea:
    """Something she might make one day: some words, ``tags`` by commas, notes. ``made``: when it was taken up."""

    id: str
    words: str
    tags: str = ""
    notes: str = ""
    made: date = date.max


@dataclass(frozen=True, slots=True)
class Busy:
    """Times that are taken, of a calendar of that name: ``2026-12-01T09:00+90``, her clock and minutes, by commas."""

    id: str
    name: str
    times: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What is known of the plan that stands: when it was made, whether quickly, what is left out, and why.

    ``left``, ``conflict`` and ``enough`` name works, by commas.
    """

    made_at: int
    quick: bool = False
    left: str = ""
    conflict: str = ""
    enough: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """The secret address of her plan as a calendar, and ``words`` for steps (``""``: what is said without titles).

    ``cut`` counts the steps of the plan that did not fit into it.
    """

    secret: str
    titles: bool
    words: Mapping[str, str]
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Aside:
    """What she says of herself for what to put aside: her country, other taxed income a year, a rate of her own (basis
    points, 0: none), and ``answers`` such as ``church=no,insured=yes``.
    """

    country: str
    other: Micros = 0
    own: int = 0
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Trusted:
    """What she chose for her page of trust: a name, ``values`` by lines, ids of ``nevers`` by commas, how she marks
    advertising, whether the share of paid posts stands on it, and whether search engines may list it.
    """

    name: str = ""
    values: str = ""
    nevers: str = ""
    labels: str = ""
    share: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for all of it. ``zone`` says when a day begins, ``rates`` names the table of mileage.

    At most ``limit`` basis points (0: no limit) of the posts of ``window`` days shall be paid for. She works in the
    ``hours`` of each day (a line that ``works`` reads), at most so many minutes a day and a week (0: no limit), and on
    ``rest`` days of a week not at all. ``tells``: while the books are locked, the site may know on which days how many
    things are due.
    """

    currency: str
    zone: str = "UTC"
    rates: str = ""
    own_rate: Micros = 0
    limit: int = 0
    window: int = 30
    hours: str = ""
    day_minutes: int = 0
    week_minutes: int = 0
    rest: int = 1
    tells: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """A timer that was started (microseconds since 1970) and runs, whether or not the books are open."""

    started_at: int
    step: str = ""
    deal: str = ""


@dataclass(frozen=True, slots=True)
class Books:
    """Everything, as it stands. ``rates`` names the table of mileage."""

    currency: str
    rates: str = ""
    own_rate: Micros = 0
    deals: tuple[Deal, ...] = ()
    commissions: tuple[Commission, ...] = ()
    costs: tuple[Cost, ...] = ()
    recurring: tuple[Recurring, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    trips: tuple[Trip, ...] = ()
    times: tuple[Time, ...] = ()
