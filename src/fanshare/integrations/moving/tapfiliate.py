"""Tapfiliate: affiliates with a referral link (``?tap_s=...``) and a coupon, and balances. See README.md."""

from fanshare.core.moving import Standing
from fanshare.integrations.moving.shapes import PEOPLE, PERSON, Kind, Shape, Tool

TOOL = Tool(
    key="tapfiliate",
    param="tap_s",
    shapes=(
        Shape(
            "balances",
            Kind.BALANCES,
            ("balance", "currency", "id|email"),
            PERSON | {"balance": ("balance", "amount"), "currency": ("currency",)},
            "https://tapfiliate.com/docs/rest/ (balances; schema as in github.com/api-evangelist/tapfiliate)",
        ),
        Shape(
            "affiliates",
            Kind.PEOPLE,
            ("email", "first|name"),
            PEOPLE | {"link": ("referral_link.link", *PEOPLE["link"]), "token": ("source_id",), "rate": ()},
            "https://tapfiliate.com/docs/rest/ (affiliates; schema as in github.com/api-evangelist/tapfiliate)",
        ),
    ),
    standings={
        "approved": Standing.ACTIVE,
        "active": Standing.ACTIVE,
        "pending": Standing.APPLIED,
        "disapproved": Standing.GONE,
        "archived": Standing.GONE,
    },
)
