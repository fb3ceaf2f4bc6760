"""The shapes of the public API. Ids are strings, money is micros in a string and a currency, times are RFC 3339."""

from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints

from fanshare.api.clock_shapes import ClockOut, PaidOut, PaysOut, PunctualityOut, WaitOut
from fanshare.api.money_shape import Money
from fanshare.core.instants import Instant, format_rfc3339, parse_rfc3339
from fanshare.core.money import Micros

type Text = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")]
type Short = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
type Country = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")]
type Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
#: RFC 3339 with a zone, such as 2026-11-14T10:02:00Z.
type Time = Annotated[
    str, StringConstraints(min_length=20, max_length=40), Field(json_schema_extra={"format": "date-time"})
]
type PausedBy = Literal["brand", "owner"]
type AssetState = Literal["active", "paused", "ended"]
type Bucket = Literal["pending", "available", "held", "unclaimed"]


class Strict(Schema):
    """A body that is sent to us: a misspelt field is an error and not silently passed over."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """An error (RFC 9457). ``code`` is stable; ``errors`` names fields."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[dict[str, str]] | None = None


class LabelShape(Strict):
    """The advertising label of a link or code, for where it is shared."""

    country: Country
    platform: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]
    text: Short


class LabelOut(Schema):
    """The label; empty where a code that was moved in has none yet."""

    country: str
    platform: str
    text: str


class JoiningCodeOut(Schema):
    """That whoever joins gets a code of a plan by itself: creators, fans, or both."""

    plan: str
    creators: bool
    fans: bool
    named: bool
    since: str


class ProgrammeOut(Schema):
    """The programme that the key belongs to."""

    id: str
    slug: str
    name: str
    about: str
    country: str
    currency: str
    time_zone: str
    admission: Literal["application", "open", "closed"]
    terms_version: int | None
    scopes: list[str]
    pays: PaysOut | None
    paid: PaidOut
    punctuality: PunctualityOut | None
    joining_code: JoiningCodeOut | None


class TermsOut(Schema):
    """A version of the terms: the document, its hash in the log, and what it says in sentences."""

    version: int
    effective_at: str
    hash: str
    document: dict[str, Any]
    sentences: list[str]


class TermsIn(Strict):
    """A terms document in JSON (docs/reference/terms.md), and when it should take effect."""

    document: dict[str, Any]
    effective_at: Time | None = None


class TermsChecked(Schema):
    """What a document would mean. Nothing is bound by it."""

    hash: str
    sentences: list[str]
    example: list[str]


class TermsPublished(Schema):
    """The version now in the log. ``lowered`` says what in it is worse for somebody, and so waits its notice."""

    version: int
    effective_at: str
    hash: str
    lowered: list[str]


class PartyOut(Schema):
    """A creator or fan. Names of erased people are gone."""

    id: str
    kind: str
    name: str
    slug: str
    created_at: str
    erased: bool
    page: str | None = None


class CreatorIn(Strict):
    """A creator to admit. Follower numbers are asked by nobody."""

    name: Short
    email: Annotated[Text, Field(description="Kept in the vault; by it her own purchases are recognised.")] = ""
    slug: Annotated[str, StringConstraints(max_length=63, pattern=r"^[a-z0-9-]*$")] = ""


class FanIn(Strict):
    """A fan of 18 or more, who has said so to whoever calls this."""

    is_adult: Literal[True]
    name: Text = ""
    email: Text = ""


class GroupIn(Strict):
    """A group that the terms name; empty for none."""

    group: Annotated[str, StringConstraints(max_length=40, pattern=r"^([a-z0-9][a-z0-9_-]*)?$")]


class GroupOut(Schema):
    """The group of a creator from now on."""

    creator: str
    group: str
    changed: bool


class FanPartIn(Strict):
    """What a creator gives her fans of her commission, in basis points: for one link or for all."""

    basis_points: Annotated[int, Field(ge=0, le=10_000)]
    link: Short | None = None


class FanPartOut(Schema):
    """The choice, from now on. Older clicks keep theirs."""

    creator: str
    basis_points: int
    link: str | None


class LinkIn(Strict):
    """A link to make: of a creator, or of a fan (``owner``) of hers."""

    creator: Short
    destination: Annotated[str, StringConstraints(min_length=1, max_length=2_048, pattern=r"^[^\x00]+$")]
    label: LabelShape
    owner: Short | None = None
    campaign: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] = ""
    code: Annotated[str, StringConstraints(max_length=64, pattern=r"^([A-Za-z0-9_-]{3,64})?$")] = ""


class LinkOut(Schema):
    """A link with its address, and the text to send, which begins with the label."""

    id: str
    code: str
    url: str
    message: str
    destination: str
    campaign: str
    state: AssetState
    #: Who has paused it, where that is known; both may have.
    paused_by: list[PausedBy]
    creator: str
    owner: str
    label: LabelOut
    clicks: int
    created_at: str


class StateIn(Strict):
    """The state from now on. ``reason`` is shown to whose it is, where it is paused or ended."""

    state: AssetState
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)] | None = None


class CodeIn(Strict):
    """A discount code that the shop knows."""

    creator: Short
    text: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
    label: LabelShape
    owner: Short | None = None
    single_use: bool = False


class CodeOut(Schema):
    """A discount code."""

    id: str
    text: str
    single_use: bool
    state: AssetState
    paused_by: list[PausedBy]
    creator: str
    owner: str
    label: LabelOut
    created_at: str


class ClicksOut(Schema):
    """Visits of a link on a UTC day: those that counted, and the others by why they did not."""

    day: str
    link: str
    verdict: str
    visits: int


class ShareOut(Schema):
    """One party's share, exact, with the sentence that says why."""

    id: str
    order: str
    creator: str
    party: str | None
    role: Literal["creator", "fan", "buyer"]
    amount: Money
    bucket: Bucket
    ready_at: str | None
    held_until: str | None
    why: str
    settlement: int | None
    sentence: str
    clock: ClockOut


class OrderOut(Schema):
    """An order as the shop shows it now. ``settled`` is false while its shares wait to be worked out again."""

    id: str
    connection: str
    number: str
    status: str
    goods: Money
    commission: Money
    placed_at: str
    modified_at: str
    estimated: bool
    waiting: bool
    settled: bool


class OrderDetail(OrderOut):
    """The same with everybody's shares."""

    shares: list[ShareOut]


class OrderReported(Schema):
    """What came of a report: which order it was, and whether it said anything new."""

    order: OrderOut
    changed: bool


class BalanceOut(Schema):
    """What one party has: waiting, ready, being checked, on its way, paid. ``pays_on`` is the day of paying that takes
    what is ready now, ``waits`` what keeps it back.
    """

    party: str
    kind: str
    pending: Money
    available: Money
    held: Money
    in_transit: Money
    paid: Money
    pays_on: str | None
    waits: list[WaitOut]


class RulingIn(Strict):
    """A decision of a person: denied, held (with ``until``), released or reassigned (with ``to_creator``)."""

    kind: Literal["denied", "held", "released", "reassigned"]
    order: Number
    reason: Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00]+$")]
    creator: Short | None = None
    party: Short | None = None
    line: Short | None = None
    to_creator: Short | None = None
    to_fan: Short | None = None
    until: Time | None = None


class RulingOut(Schema):
    """A decision."""

    id: str
    kind: str
    order: str | None
    creator: str | None
    party: str | None
    line: str | None
    reason: str
    until: str | None
    decided_by: str
    at: str


class ClaimIn(Strict):
    """A sale that somebody says is missing: an order's number or a receipt, and what speaks for it.

    ``creator`` where a fan asks. ``receipt`` is text; ``receipt_file`` a JPEG, PNG, WebP or GIF picture or a PDF in
    base64, of at most 700 kB, which is made anew and kept sealed until 30 days after the answer. Without a number a
    person of the brand finds the order by the receipt.
    """

    party: Short
    number: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] = ""
    creator: Short | None = None
    receipt: Text = ""
    receipt_file: Annotated[str, StringConstraints(max_length=933_336, pattern=r"^[A-Za-z0-9+/]*={0,2}$")] = ""
    words: Text = ""


class ClaimReceived(Schema):
    """The answer to every claim, whatever it says: it is written down, and a person answers by then."""

    received: Literal[True]
    answer_by: str


class ClaimOut(Schema):
    """A claim of a missing sale. What was typed with it is read in the brand's pages only."""

    id: str
    party: str
    role: Literal["creator", "fan"]
    creator: str
    state: Literal["waiting", "accepted", "refused"]
    at: str
    answer_by: str
    basis: Literal["own", "receipt", "buyer"] | None
    order: str | None
    ruling: str | None
    answered_at: str | None


def when(instant: Instant) -> str:
    """An instant as everybody reads it."""
    return format_rfc3339(instant)


def maybe_when(instant: Instant | None) -> str | None:
    """The same, where there may be none."""
    return None if instant is None else format_rfc3339(instant)


def moment(text: str | None) -> Instant | None:
    """The instant of a time that was sent, if one was. Raises ``BadInputError`` (``bad_time``)."""
    return None if text is None else parse_rfc3339(text)


def money(micros: Micros, currency: str) -> dict[str, str]:
    """An exact amount."""
    return {"micros": str(micros), "currency": currency}
