"""Every list of every role, what it can do, and how to fill it; and every template that repeats something else.

A template that repeats data stands in ``LISTS`` or in ``NO_LISTS`` with the reason why it needs no search, days,
pages and files.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.web.support import filling_books as own
from tests.web.support import filling_fans as fans
from tests.web.support import filling_lists as fill
from tests.web.support import filling_money as money
from tests.web.support import filling_more as more
from tests.web.support.company import Company


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: its template, where it is for whom, and where it is empty for whom.

    ``search``: a text of some rows; ``days``: the column of its files that ``from`` and ``to`` go by; ``filters``:
    names of the address with one value each; ``sorts``: orders beside the usual one; ``around``: what the address
    holds besides. ``exactly``: the column that the search has to equal; ``fixed``: why no row can come in.
    ``never_empty`` is a reason; ``wordless``: what its files hold alone, none of it typed by anybody; ``early``:
    the day from which on it is compared; ``zone``: whose days they are.
    """

    template: str
    path: str
    who: str
    add: Callable[[Company, int], None]
    search: str = ""
    exactly: str = ""
    days: str = ""
    filters: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    around: str = ""
    fixed: str = ""
    empty: tuple[str, str] = ("", "")
    never_empty: str = ""
    early: str = "2026-01-01"
    wordless: str = ""
    zone: str = "Europe/Berlin"
    #: Her own books have to be open.
    books: bool = False

    @property
    def ident(self) -> str:
        """How tests call it."""
        words = self.path.removeprefix("/") + (f"?{self.around}" if self.around else "")
        return f"{words} of {self.who}" if self.path.startswith("/claims/") else words


_WRITTEN = "whoever founded it stands here already"

BRAND = (
    Listing(
        "brand/orders.html", "/brand/linen/orders", "rea", fill.orders,
        search="C1001", days="placed_at", filters=("state=captured",), sorts=("amount",),
        empty=("/brand/silk/orders", "nell"),
    ),
    Listing(
        "brand/links.html", "/brand/linen/links", "rea", fill.links,
        search="quince", days="made_at", filters=("state=active",), sorts=("clicks",),
        empty=("/brand/silk/links", "nell"),
    ),
    Listing(
        "brand/checks.html", "/brand/linen/checks", "rea", fill.checked,
        search=f"{fill.EVIL}h1", days="ends_at", filters=("by=person",), sorts=("amount",),
        empty=("/brand/silk/checks", "nell"),
    ),
    Listing(
        "brand/codes.html", "/brand/linen/codes", "rea", fill.codes,
        search="LINEN1", days="made_at", filters=("state=confirmed",), sorts=("used",),
        empty=("/brand/silk/codes", "nell"),
    ),
    Listing(
        "brand/counting_codes.html", "/brand/linen/codes/counting", "rea", fill.codes,
        search="LINEN1", days="made_at", filters=("state=active",), sorts=("used", "sales"),
        empty=("/brand/silk/codes/counting", "nell"),
    ),
    Listing(
        "brand/people.html", "/brand/linen/people", "rea", fill.people,
        search="Quince", days="since", sorts=("sales",), empty=("/brand/silk/people", "nell"),
    ),
    Listing(
        "brand/fans.html", "/brand/linen/fans", "rea", fill.fans,
        search=f"{fill.EVIL} v1", days="since", filters=("state=sold", "state=none", "state=waiting"),
        sorts=("sales", "earned"), empty=("/brand/silk/fans", "nell"),
    ),
    Listing(
        "brand/products.html", "/brand/linen/products", "rea", fill.goods,
        search="g1", days="updated_at", filters=("state=on_sale",), empty=("/brand/silk/products", "nell"),
    ),
    Listing(
        "brand/messages.html", "/brand/linen/messages", "mona", fill.messages,
        search=f"{fill.EVIL}1", days="received_at", filters=("state=parked", "shop=linen-shop"),
        empty=("/brand/silk/messages", "nell"),
    ),
    Listing(
        "brand/team.html", "/brand/linen/team", "bea", fill.done,
        search=f"{fill.EVIL}1", days="at", filters=("what=terms.publish",), never_empty=_WRITTEN,
    ),
    Listing(
        "brand/payouts.html", "/brand/linen/payouts", "fina", money.runs,
        search="2", exactly="run", days="planned_at", filters=("state=planned", "state=sent"), sorts=("amount",),
        empty=("/brand/silk/payouts", "nell"),
    ),
    Listing(
        "brand/payout.html", "/brand/linen/payouts/1", "fina", money.runs,
        search=f"{fill.EVIL} paid 3", filters=("state=final",), sorts=("amount",), fixed="a run is planned as a whole",
        never_empty="a run without a payment is refused",
    ),
    Listing(
        "brand/money.html", "/brand/linen/money", "rea", money.days,
        days="day", sorts=("amount",), around="by=day", wordless="days and amounts",
        empty=("/brand/silk/money", "nell"),
    ),
    Listing(
        "brand/money.html", "/brand/linen/money", "rea", money.payees,
        search=f"{fill.EVIL} owed 1", sorts=("waiting", "checked"), around="by=who",
        empty=("/brand/silk/money", "nell"),
    ),
    Listing(
        "brand/money.html", "/brand/linen/money", "rea", fill.cancelled,
        search=f"{fill.EVIL}x1", days="at", sorts=("amount",), around="by=adjusted",
        empty=("/brand/silk/money", "nell"),
    ),
    Listing(
        "brand/tax_year.html", "/brand/linen/payouts/tax/year", "fina", money.paid,
        search=f"{fill.EVIL} got 1", around="year=2026", empty=("/brand/silk/payouts/tax/year", "nell"),
    ),
    Listing(
        "brand/results.html", "/brand/linen/results", "rea", fill.sellers,
        search=f"{fill.EVIL} s1", sorts=("goods", "orders", "clicks", "dear"), around="by=creator",
        empty=("/brand/silk/results", "nell"),
    ),
    Listing(
        "brand/results.html", "/brand/linen/results", "rea", fill.bought,
        search=f"{fill.EVIL}b1", sorts=("goods", "orders", "dear"), around="by=product",
        empty=("/brand/silk/results", "nell"),
    ),
    Listing(
        "brand/results.html", "/brand/linen/results", "rea", fill.sold_on_days,
        days="day", sorts=("commission", "goods", "orders", "clicks", "dear"), around="by=day",
        wordless="days and amounts", early="2026-10-01", empty=("/brand/silk/results", "nell"),
    ),
    Listing(
        "brand/notes.html", "/brand/linen/payouts/1/notes", "fina", money.runs,
        search=f"{fill.EVIL} paid 3", days="arrived_at", filters=("state=missing",), sorts=("amount",),
        fixed="a run is planned as a whole", empty=("/brand/linen/payouts/2/notes", "fina"),
    ),
    Listing(
        "brand/tax_forms.html", "/brand/linen/payouts/tax", "fina", money.forms,
        search=f"{fill.EVIL} t1", days="signed_at", filters=("state=counts", "state=refused", "kind=residence"),
        empty=("/brand/silk/payouts/tax", "nell"),
    ),
    Listing(
        "brand/credit.html", "/brand/linen/credit", "fina", money.credits_out,
        search=f"{fill.EVIL} k1", days="made_at", filters=("state=shown",), sorts=("amount",),
        empty=("/brand/silk/credit", "nell"),
    ),
    Listing(
        "brand/claims.html", "/brand/linen/claims", "rea", fill.claimed,
        search=f"{fill.EVIL} l1", days="made_at", filters=("state=waiting", "state=not_credited"), sorts=("newest",),
        empty=("/brand/silk/claims", "nell"),
    ),
    Listing(
        "brand/appeals.html", "/brand/linen/objections", "rea", fill.objected,
        search="a1", days="made_at", filters=("state=waiting", "state=answered"), sorts=("newest",),
        empty=("/brand/silk/objections", "nell"),
    ),
)  # fmt: skip
OPERATOR = (
    Listing(
        "operator/audit.html", "/operator/audit", "otto", fill.done,
        search=f"{fill.EVIL}1", days="at", filters=("what=terms.publish",), never_empty=_WRITTEN, zone="UTC",
    ),
    Listing(
        "operator/people.html", "/operator/people", "otto", more.people,
        search=f"{fill.EVIL}1", days="since", filters=("post=finance", "programme=wool", "post=operator"),
        never_empty="whoever looks at it is in it", zone="UTC",
    ),
    Listing(
        "operator/programmes.html", "/operator/programmes", "otto", more.founded,
        search="linen", days="founded_at", filters=("admission=application",), sorts=("newest", "name"),
        never_empty="without a programme no other list has anything", zone="UTC",
    ),
    Listing(
        "operator/inbox.html", "/operator/inbox", "otto", fill.messages,
        search=f"{fill.EVIL}1", days="received_at", filters=("state=parked", "programme=linen"), sorts=("oldest",),
        never_empty="Linen's own list of messages is filled in the same books", zone="UTC",
    ),
)  # fmt: skip
CREATOR = (
    Listing(
        "creator/earnings.html", "/creator/linen/earnings", "cleo", fill.orders,
        search="C1001", days="placed_at", filters=("state=held",), sorts=("largest",),
        empty=("/creator/wool/earnings", "nora"),
    ),
    Listing(
        "creator/links.html", "/creator/linen/links", "cleo", fill.links,
        search="spring", days="made_at", filters=("state=active",), sorts=("clicks", "sales", "earned"),
        empty=("/creator/wool/links", "nora"),
    ),
    Listing(
        "creator/codes.html", "/creator/linen/codes", "cleo", fill.her_codes,
        search="HERS1", days="made_at", filters=("state=active",), sorts=("sales", "earned"),
        empty=("/creator/wool/codes", "nora"),
    ),
    Listing(
        "creator/programmes.html", "/creator/linen/programmes", "cleo", more.founded,
        search="linen", filters=("way=in", "way=application", "currency=EUR"), sorts=("more", "sooner"),
        never_empty="she stands in one programme herself, and it has terms",
    ),
    Listing(
        "creator/fans.html", "/creator/linen/fans", "cleo", more.fans,
        search=f"{fill.EVIL}1", days="since", sorts=("sales",), empty=("/creator/wool/fans", "nora"),
    ),
    Listing(
        "creator/gifts.html", "/creator/linen/gifts", "cleo", more.fans,
        search=f"{fill.EVIL}1", days="day", filters=("state=kept",), sorts=("largest",),
        empty=("/creator/wool/gifts", "nora"),
    ),
    Listing(
        "creator/questions.html", "/creator/linen/questions", "cleo", more.fans,
        search=f"{fill.EVIL}1", days="last_day", filters=("show=waiting",), sorts=("oldest",),
        empty=("/creator/wool/questions", "nora"),
    ),
    Listing(
        "creator/exclusive.html", "/creator/linen/exclusive", "cleo", more.posts,
        search=f"{fill.EVIL}1", days="written_at", filters=("show=shown",),
        empty=("/creator/wool/exclusive", "nora"),
    ),
    Listing(
        "claims/claim.html", "/claims/linen", "cleo", fans.claimed_by_her,
        search=f"{fill.EVIL}c11", days="made_at", filters=("state=received",), empty=("/claims/wool", "nora"),
    ),
)  # fmt: skip
FAN = (
    Listing(
        "fan/earnings.html", "/fan/linen/earnings", "finn", fans.of_finn,
        search="f11", days="day", filters=("state=pending",), sorts=("oldest",), empty=("/fan/linen/earnings", "fay"),
    ),
    Listing(
        "fan/creators.html", "/fan/linen/creators", "finn", fans.of_finn,
        search="f11", filters=("sees=name",), sorts=("sales",), empty=("/fan/linen/creators", "fay"),
    ),
    Listing(
        "claims/claim.html", "/claims/linen", "finn", fans.claimed,
        search=f"{fill.EVIL}11", days="made_at", filters=("state=received",), empty=("/claims/linen", "fay"),
    ),
    Listing(
        "fan/rewards.html", "/fan/linen/rewards", "finn", fans.of_finn,
        search="f11", days="day", filters=("state=kept",), empty=("/fan/linen/rewards", "fay"),
    ),
    Listing(
        "fan/thanks.html", "/fan/linen/thanks", "finn", fans.of_finn,
        search="f11", days="at", empty=("/fan/linen/thanks", "fay"),
    ),
    Listing(
        "fan/questions.html", "/fan/linen/questions", "finn", fans.of_finn,
        search="f11", days="last_day", filters=("state=asked",), empty=("/fan/linen/questions", "fay"),
    ),
    Listing(
        "fan/exclusive.html", "/fan/linen/exclusive", "finn", fans.of_finn,
        search="f11", days="day", empty=("/fan/linen/exclusive", "fay"),
    ),
)  # fmt: skip
OWN_BOOKS = (
    Listing(
        "workbench/costs.html", "/workbench/costs", "cleo", own.costs,
        search=f"{fill.EVIL}1", days="day", filters=("kind=cost", "kind=trip"), sorts=("amount",),
        empty=("/workbench/costs", "nora"), books=True,
    ),
    Listing(
        "workbench/hours.html", "/workbench/hours", "cleo", own.hours,
        search=f"{fill.EVIL}1", days="day", filters=("step=edit",), sorts=("longest",),
        empty=("/workbench/hours", "nora"), books=True,
    ),
    Listing(
        "workbench/limits.html", "/workbench/limits", "cleo", own.posts,
        search=f"{fill.EVIL}1", days="day", filters=("paid=paid",), sorts=("oldest",),
        empty=("/workbench/limits", "nora"), books=True,
    ),
    Listing(
        "workbench/due.html", "/workbench/due", "cleo", own.due,
        search=f"{fill.EVIL}1", days="day", filters=("state=late", "state=paid"), sorts=("amount",),
        empty=("/workbench/due", "nora"), books=True,
    ),
    Listing(
        "workbench/invoices.html", "/workbench/invoices", "cleo", own.invoices,
        search=f"{fill.EVIL}1", days="day", filters=("state=written",), sorts=("amount",),
        empty=("/workbench/invoices", "nora"), books=True,
    ),
    Listing(
        "workbench/ideas.html", "/workbench/ideas", "cleo", own.ideas,
        search=f"{fill.EVIL}1", filters=("state=open", "tag=rain"), sorts=("words",),
        empty=("/workbench/ideas", "nora"), books=True,
    ),
)  # fmt: skip
LISTS = (*BRAND, *OPERATOR, *CREATOR, *FAN, *OWN_BOOKS)

_FORM = "choices of a form, or what was typed into it"
_ONE = "the parts of one thing, which the thing bounds"
_FIXED = "a fixed number of things that the program names"
_NEWEST = "the newest few, which lead to the list"
_TRIED = "what came of a look at a file or text: a summary, and at most a hundred refusals"
_FEW = "as many as one person or programme sets up by hand: shops, purses, sessions, ways"
_ANSWERED_ONCE = (
    "reported words of two people, each opened to be answered once and gone then: the oldest first is the order of the "
    "work, the words are sealed so that no search and no file may hold them, and a day says nothing about them"
)
_OPENED = (
    "what people signed, opened for one look by a form that is sent: no address may hold a search in it; the first "
    "hundred, and everybody in its files"
)
_PAPER = "for paper: everything of the chosen days at once"
_FEWER = "what her books come to, or what she chose of them: the lists that it is made of are lists"
_TALK = "what two people said: read from its end, earlier words page by page; all of them are in the copy of her data"
_PUBLIC = "for everybody: as many as a person published"

_REASONS: dict[str, str] = {
    _FORM: """account/home account/leave account/mails account/reading appeals/object
        brand/assign brand/bonus brand/claim brand/code_plans brand/connect brand/expenses brand/many_codes
        brand/joining_codes
        brand/terms brand/terms_rules brand/write joining/confirm payee/tax payee/where ui/join
        ui/held ui/lacking ui/quiet workbench/fields workbench/start workbench/time workbench/unlock""",
    _ONE: """payee/tax_year
        brand/creator brand/message brand/order brand/payout_account brand/payout_rest brand/tax_form
        creator/exclusive_post creator/goods creator/kit creator/page credit/keep fan/share public/creator public/kit
        public/text public/verify public/why ui/bonuses ui/brought ui/creator_words ui/goods ui/kit ui/post ui/prose
        ui/split ui/stops ui/terms ui/terms_means ui/terms_wrong workbench/contract workbench/deal workbench/floor
        workbench/hour workbench/accept workbench/aside workbench/invoice-sums workbench/owed
        workbench/plan workbench/result""",
    _FIXED: """creator/compared account/settings
        base brand/connected operator/books operator/health operator/settings operator/texts public/demo ui/doors
        public/developers
        public/sharing shell ui/list ui/money workbench/before workbench/post workbench/settings creator/welcome""",
    _NEWEST: "brand/overview brand/start creator/today fan/home fan/young payee/billing creator/goals",
    _TRIED: "brand/credit_stock brand/moving brand/products_import brand/provider_reports brand/several_links",
    _FEW: """account/safety brand/all_connections brand/budget brand/connections brand/costs brand/funding
        brand/funding_bills brand/payout_rails brand/payout_rules brand/returns brand/shop brand/software
        creator/elsewhere workbench/passkeys brand/payout_hold""",
    _ANSWERED_ONCE: "brand/reports",
    _OPENED: "operator/dpi",
    _PAPER: "creator/printed fan/printed",
    _FEWER: "workbench/again workbench/today workbench/trust ui/trust",
    _TALK: "ui/thread",
    _PUBLIC: "public/start public/terms",
}
#: Template -> why what it repeats is no list.
NO_LISTS = {f"{name}.html": why for why, names in _REASONS.items() for name in names.split()}
