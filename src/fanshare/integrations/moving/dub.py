"""Dub: partners with their links (``?via=key`` or a short link of the same key), and commissions. See README.md."""

from fanshare.core.moving import Standing
from fanshare.integrations.moving.shapes import MONEY, PEOPLE, Kind, Payable, Shape, Tool

TOOL = Tool(
    key="dub",
    param="via",
    shapes=(
        Shape(
            "commissions",
            Kind.MONEY,
            ("amount", "state", "id|email"),
            MONEY | {"amount": ("earnings", "commission")},
            "https://dub.co/docs/api-reference/commissions/list.md",
            cents=True,
        ),
        Shape(
            "partners",
            Kind.PEOPLE,
            ("name", "email"),
            # The id of an enrolment is not the partner's: commissions name the partner.
            PEOPLE | {"id": ("partner_id", "id"), "token": ("key",), "rate": (), "currency": (), "code": ()},
            "https://dub.co/docs/api-reference/partners/list.md",
            lists={"links": ("links",)},
        ),
        Shape(
            "links",
            Kind.LINKS,
            ("token", "id"),
            {"id": ("partner_id",), "token": ("key",), "link": ("url",)},
            "https://dub.co/docs/api-reference/partners/retrieve-links.md",
        ),
    ),
    standings={
        "approved": Standing.ACTIVE,
        "pending": Standing.APPLIED,
        "invited": Standing.APPLIED,
        "declined": Standing.GONE,
        "rejected": Standing.GONE,
        "archived": Standing.GONE,
        "banned": Standing.GONE,
        "deactivated": Standing.GONE,
    },
    payable={
        "pending": Payable.WAITING,
        "processed": Payable.READY,
        "paid": Payable.NOTHING,
        "refunded": Payable.NOTHING,
        "duplicate": Payable.NOTHING,
        "fraud": Payable.NOTHING,
        "canceled": Payable.NOTHING,
    },
)
