"""What a tool's files look like, as data: which columns say what, which words mean what.

A tool has shapes, one for each kind of file. A file is of the first shape whose needed fields it has. Headings differ
between plans and years, so every field has several names; what was understood and what was not is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fanshare.core.moving import Standing
from fanshare.integrations.moving.files import Table


class Kind(StrEnum):
    """What a row of a file is."""

    PEOPLE = "people"
    LINKS = "links"
    CODES = "codes"
    MONEY = "money"  # one row a commission: what it is worth is a matter of its state
    BALANCES = "balances"  # one row a balance


class Payable(StrEnum):
    """What a commission in a state is worth now."""

    READY = "ready"
    WAITING = "waiting"
    NOTHING = "nothing"  # paid already, or void


#: Names that say whose a row is, for every shape.
PERSON = {
    "id": ("affiliate_id", "partner_id", "affiliate.id", "partner.id"),
    "email": ("affiliate_email", "partner_email", "affiliate.email", "partner.email"),
    "name": ("affiliate_name", "partner_name", "affiliate.name", "partner.name"),
    "first": ("affiliate_first_name", "affiliate.first_name", "affiliate.firstname"),
    "last": ("affiliate_last_name", "affiliate.last_name", "affiliate.lastname"),
}
#: The usual names of a person's own columns.
PEOPLE = {
    "id": ("id", "affiliate_id", "partner_id"),
    "email": ("email", "email_address", "affiliate_email", "e_mail"),
    "name": ("name", "full_name", "affiliate_name", "display_name"),
    "first": ("first_name", "firstname"),
    "last": ("last_name", "lastname", "surname"),
    "standing": ("status", "state"),
    "link": ("link", "affiliate_link", "referral_link", "url", "default_link"),
    "token": ("token", "ref_code", "referral_code"),
    "code": ("coupon", "coupon_code", "coupons", "discount_code", "code"),
    "rate": ("commission_rate", "rate"),
    "currency": ("currency",),
}
MONEY = {
    **PERSON,
    "row": ("id", "commission_id"),
    "amount": ("amount", "commission", "commission_amount"),
    "currency": ("currency",),
    "state": ("state", "status"),
    "made": ("created_at", "created", "date"),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of file. ``fields`` maps our names to columns, the most telling first; ``needs`` are fields that it has.

    ``lists`` maps ``links`` and ``codes`` to the names of lists in JSON. ``cents``: amounts from the API are in the
    smallest unit of the currency. ``source`` says where the shape is documented.
    """

    name: str
    kind: Kind
    needs: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    source: str
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cents: bool = False

    def fits(self, table: Table) -> bool:
        """Whether a table has every needed field; ``a|b`` needs one of two."""
        columns = set(table.columns)
        return all(
            any(
                columns.intersection((*self.fields.get(name, ()), *self.lists.get(name, ())))
                for name in need.split("|")
            )
            for need in self.needs
        )


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. ``param`` is the name that its links put into the shop's address.

    ``standings`` and ``payable`` read the words of a status.
    ``refuses`` maps columns by which a file is known that can't be used to the reason.
    """

    key: str
    param: str
    shapes: tuple[Shape, ...]
    standings: Mapping[str, Standing] = field(default_factory=dict)
    payable: Mapping[str, Payable] = field(default_factory=dict)
    refuses: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def shape_of(self, table: Table) -> Shape | None:
        """The shape of a table, or ``None``."""
        return next((shape for shape in self.shapes if shape.fits(table)), None)
