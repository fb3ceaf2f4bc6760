"""Who may do what: the one table. A route, a view and a command ask here and nowhere else.

An operation is a word such as ``connections.see``; the table says which roles may do it. Whoever signed in wears hats:
a role, in a programme (an operator's hat is good for every programme). Nobody without a hat may do anything but what
``Role.ANYBODY`` may, and an operation that is not in the table is nobody's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fanshare.store.directory import Programme as Tenant


class Role(StrEnum):
    """Whom an operation is for."""

    ANYBODY = "anybody"
    CREATOR = "creator"
    FAN = "fan"
    #: A fan under 18: everything that is open to fans, and nothing about money.
    YOUNG = "young"
    BRAND = "brand"
    OPERATOR = "operator"
    #: Somebody who keeps books of her own and need not be anything else here.
    BENCH = "bench"


class Post(StrEnum):
    """What somebody does for a brand. An operation may be for one post or several; ``Role.BRAND`` means all of them."""

    OWNER = "owner"
    MANAGER = "manager"
    FINANCE = "finance"
    READER = "reader"


class Scope(StrEnum):
    """What a key of the public API may do, in its programme."""

    READ = "read"
    PEOPLE = "people:write"
    LINKS = "links:write"
    ORDERS = "orders:write"
    RULINGS = "rulings:write"
    TERMS = "terms:write"
    STATEMENTS = "statements:read"
    PAYOUTS = "payouts:read"
    EXPENSES = "expenses:write"
    EVENTS = "events:write"


@dataclass(frozen=True, slots=True)
class Seat:
    """Which row somebody is: a party, a brand person, an operator or whoever has a workbench (whose programme is 0).

    What a session keeps.
    """

    role: Role
    programme_id: int
    id: int


@dataclass(frozen=True, slots=True)
class Hat:
    """A seat as it is now, with the names a page shows. ``slug`` is a creator's page, empty for others.

    ``post`` is what somebody does for a brand, ``None`` for everybody else. ``leaving``: she only waits to be paid.
    ``tenant`` is the row of the programme where it was read with the hat, at the beginning of the same request.
    """

    seat: Seat
    programme: str = ""
    programme_name: str = ""
    name: str = ""
    slug: str = ""
    post: Post | None = None
    leaving: bool = False
    #: In which time zone and which currency first she reads; empty where she chose none.
    zone: str = ""
    currency: str = ""
    tenant: "Tenant | None" = field(default=None, compare=False, repr=False)

    @property
    def role(self) -> Role:
        """The role."""
        return self.seat.role


type Group = frozenset[Role | Post]

_EVERYBODY: Group = frozenset({Role.ANYBODY})
_SIGNED_IN: Group = frozenset({Role.CREATOR, Role.FAN, Role.YOUNG, Role.BRAND, Role.OPERATOR, Role.BENCH})
_HOUSE: Group = frozenset({Role.BRAND, Role.OPERATOR})
_DECIDING: Group = frozenset({Post.OWNER, Post.MANAGER, Role.OPERATOR})
_CREATOR: Group = frozenset({Role.CREATOR})
_BENCH: Group = frozenset({Role.CREATOR, Role.BENCH})
_FAN: Group = frozenset({Role.FAN})
_YOUNG: Group = frozenset({Role.YOUNG})
_OPERATOR: Group = frozenset({Role.OPERATOR})

#: Operation -> roles and posts. What concerns a programme is granted in that programme alone.
MATRIX: Mapping[str, Group] = {
    "public.start": _EVERYBODY,
    "public.creator": _EVERYBODY,
    "public.kit": _EVERYBODY,  # by a token that the creator gives away
    "public.picture": _EVERYBODY,
    "public.terms": _EVERYBODY,
    "public.why": _EVERYBODY,  # by a token that only the party holds
    "public.trust": _EVERYBODY,  # by a token that a creator gives away
    "public.feed": _EVERYBODY,  # by a secret address that a creator gave to her own calendar
    "public.demo": _EVERYBODY,
    "demo.enter": _EVERYBODY,  # where a demonstration runs, on its own machine
    "public.described": _EVERYBODY,
    "public.text": _EVERYBODY,
    "public.sharing": _EVERYBODY,
    "public.verify": _EVERYBODY,
    "public.developers": _EVERYBODY,
    "join": _EVERYBODY,
    "join.confirm": _EVERYBODY,  # by a token that only the mailbox holds
    "sign_in": _EVERYBODY,
    "payee.undo": _EVERYBODY,  # by a token that only the mailbox holds
    "address.confirm": _EVERYBODY,  # by a token that only the new mailbox holds
    "address.undo": _EVERYBODY,  # by a token that only the old mailbox holds
    "mail.stop": _EVERYBODY,  # by a token that only the recipient holds
    "home": _SIGNED_IN,
    "account.safety": _SIGNED_IN,
    "account.address": _SIGNED_IN,
    "account.data": _CREATOR | _FAN | _YOUNG,
    "account.leave": _CREATOR | _FAN | _YOUNG,
    "account.staff": frozenset({Role.BRAND}),
    "account.mails": _CREATOR | _FAN,
    "account.settings": _CREATOR | _FAN,
    "sign_out": _EVERYBODY,
    "language": _EVERYBODY,
    "connections.see": _HOUSE,
    "connections.change": _DECIDING,
    "brand.see": _HOUSE,
    "brand.start": _HOUSE,
    "brand.start.say": frozenset({Post.OWNER, Role.OPERATOR}),
    "brand.results": _HOUSE,
    "brand.money": _HOUSE,
    "brand.credit": frozenset({Post.OWNER, Role.OPERATOR}),
    "brand.payouts": frozenset({Post.OWNER, Post.FINANCE, Role.OPERATOR}),
    "brand.tax": frozenset({Post.OWNER, Post.FINANCE, Role.OPERATOR}),
    "brand.funding": _OPERATOR,
    "brand.debtor": frozenset({Post.OWNER}),
    "brand.billing": frozenset({Post.OWNER, Post.FINANCE}),
    "brand.fans": _HOUSE,
    "brand.creator": frozenset({Role.BRAND}),
    "brand.creators": frozenset({Post.OWNER, Post.MANAGER}),
    "brand.letters": frozenset({Post.OWNER, Post.MANAGER}),
    "brand.budget": _DECIDING,
    "brand.bonus": frozenset({Post.OWNER, Post.FINANCE}),
    "brand.costs": _DECIDING,
    "brand.links": _DECIDING,
    "brand.products": _DECIDING,
    "brand.messages": frozenset({Post.OWNER, Post.MANAGER}),
    "brand.applications": _DECIDING,
    "brand.decide": _DECIDING,
    "brand.claim_paper": frozenset({Post.OWNER, Post.MANAGER}),
    "brand.codes": _DECIDING,
    "brand.moving": frozenset({Post.OWNER, Role.OPERATOR}),
    "brand.words": _DECIDING,
    "brand.terms": frozenset({Post.OWNER, Role.OPERATOR}),
    "brand.reports": frozenset({Post.OWNER, Role.OPERATOR}),
    "brand.team": frozenset({Post.OWNER, Role.OPERATOR}),
    "brand.software": frozenset({Post.OWNER, Role.OPERATOR}),
    "creator.welcome": _CREATOR,
    "creator.today": _CREATOR,
    "creator.earnings": _CREATOR,
    "creator.statement": _CREATOR,
    "creator.links": _CREATOR,
    "creator.links.change": _CREATOR,
    "creator.page": _CREATOR,
    "creator.kit": _CREATOR,
    "creator.fans": _CREATOR,
    "creator.gifts": _CREATOR,
    "creator.goals": _CREATOR,
    "creator.questions": _CREATOR,
    "creator.exclusive": _CREATOR,
    "creator.programmes": _CREATOR,
    "workbench": _BENCH,
    "fan.home": _FAN | _YOUNG,
    "fan.creators": _FAN | _YOUNG,
    "fan.thanks": _FAN | _YOUNG,
    "fan.questions": _FAN | _YOUNG,
    "fan.exclusive": _FAN | _YOUNG,  # and a post of whose creator is asked for each by itself
    "fan.of_age": _YOUNG,
    "fan.earnings": _FAN,
    "fan.statement": _FAN,
    "fan.rewards": _FAN,
    "fan.share": _FAN,
    "appeals.make": _CREATOR | _FAN,
    "claims.make": _CREATOR | _FAN,
    "payee.change": _CREATOR | _FAN,
    "payee.tax": _CREATOR | _FAN,
    "payee.billing": _CREATOR | _FAN,
    "credit.keep": _CREATOR | _FAN,
    "operator.see": _OPERATOR,
    "operator.change": _OPERATOR,
    "operator.self": _OPERATOR,
    "operator.dpi": _OPERATOR,
}


#: What is left to somebody who leaves and is waiting to be paid, beside what asks for no programme.
LEAVING = frozenset(
    {
        *("account.data", "account.leave", "account.mails", "appeals.make", "payee.change", "payee.tax", "credit.keep"),
        "payee.billing",
        *("creator.earnings", "creator.statement", "fan.earnings", "fan.statement", "fan.rewards", "workbench"),
    }
)


def allowed(operation: str, hats: Iterable[Hat], programme: str | None = None) -> bool:
    """Whether somebody with these hats may do it; ``programme`` is the short name of the one it concerns, if any.

    Raises ``KeyError`` for an operation that is not in the table: a fault of the program.
    """
    roles = MATRIX[operation]
    if Role.ANYBODY in roles:
        return True
    return any(
        fits(hat, roles) and (programme is None or hat.role is Role.OPERATOR or hat.programme == programme)
        for hat in hats
    )


def fits(hat: Hat, group: Iterable[Role | Post]) -> bool:
    """Whether a hat is one of these roles or posts."""
    return any(one in (hat.role, hat.post) for one in group)


#: Operation of the public API -> the scope that a key needs for it.
API: Mapping[str, Scope] = {
    "api.programme": Scope.READ,
    "api.terms.list": Scope.READ,
    "api.terms.get": Scope.READ,
    "api.terms.check": Scope.READ,
    "api.terms.publish": Scope.TERMS,
    "api.creators.list": Scope.READ,
    "api.creators.get": Scope.READ,
    "api.creators.add": Scope.PEOPLE,
    "api.creators.group": Scope.PEOPLE,
    "api.creators.fan_part": Scope.PEOPLE,
    "api.fans.list": Scope.READ,
    "api.fans.get": Scope.READ,
    "api.fans.add": Scope.PEOPLE,
    "api.links.list": Scope.READ,
    "api.links.get": Scope.READ,
    "api.links.add": Scope.LINKS,
    "api.links.state": Scope.LINKS,
    "api.codes.list": Scope.READ,
    "api.codes.add": Scope.LINKS,
    "api.codes.state": Scope.LINKS,
    "api.products.list": Scope.READ,
    "api.products.get": Scope.READ,
    "api.products.take": Scope.LINKS,
    "api.products.put": Scope.LINKS,
    "api.credit_codes.list": Scope.READ,
    "api.credit_codes.remove": Scope.LINKS,
    "api.credit_codes.take": Scope.LINKS,
    "api.clicks.list": Scope.READ,
    "api.orders.list": Scope.READ,
    "api.orders.get": Scope.READ,
    "api.orders.report": Scope.ORDERS,
    "api.shares.list": Scope.READ,
    "api.balances.list": Scope.READ,
    "api.gifts.list": Scope.READ,
    "api.goals.list": Scope.READ,
    "api.payouts.runs": Scope.PAYOUTS,
    "api.payouts.run": Scope.PAYOUTS,
    "api.payouts.payments": Scope.PAYOUTS,
    "api.payouts.comparison": Scope.PAYOUTS,
    "api.expenses.list": Scope.PAYOUTS,
    "api.expenses.get": Scope.PAYOUTS,
    "api.expenses.check": Scope.EXPENSES,
    "api.expenses.agree": Scope.EXPENSES,
    "api.expenses.confirm": Scope.EXPENSES,
    "api.expenses.drop": Scope.EXPENSES,
    "api.rulings.list": Scope.READ,
    "api.rulings.add": Scope.RULINGS,
    "api.claims.list": Scope.READ,
    "api.claims.get": Scope.READ,
    "api.claims.add": Scope.PEOPLE,
    "api.statements.get": Scope.STATEMENTS,
    "api.events.list": Scope.READ,
    "api.targets.list": Scope.READ,
    "api.targets.add": Scope.EVENTS,
    "api.targets.change": Scope.EVENTS,
    "api.targets.remove": Scope.EVENTS,
    "api.targets.replay": Scope.EVENTS,
}
