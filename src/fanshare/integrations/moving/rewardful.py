"""Rewardful: affiliates with their links (``?via=token``) and coupons, and commissions in cents. See README.md."""

from fanshare.core.moving import Standing
from fanshare.integrations.moving.shapes import MONEY, PEOPLE, PERSON, Kind, Payable, Shape, Tool

TOOL = Tool(
    key="rewardful",
    param="via",
    shapes=(
        Shape(
            "commissions",
            Kind.MONEY,
            ("amount", "state", "id|email"),
            MONEY
            | {
                "id": ("sale.affiliate.id", *PERSON["id"]),
                "email": ("sale.affiliate.email", *PERSON["email"]),
                "first": ("sale.affiliate.first_name", *PERSON["first"]),
                "last": ("sale.affiliate.last_name", *PERSON["last"]),
                "ready": ("due_at", "due_date", "due"),
            },
            "https://developers.rewardful.com/rest-api/commissions/object",
            cents=True,
        ),
        Shape(
            "affiliate coupons",
            Kind.CODES,
            ("code", "id", "external"),
            {"id": ("affiliate_id",), "code": ("token",), "external": ("external_id",), "off": ("archived",)},
            "https://developers.rewardful.com/rest-api/affiliate-coupons/the-affiliate-coupon-object",
        ),
        Shape(
            "affiliates",
            Kind.PEOPLE,
            ("email", "first|name"),
            PEOPLE
            | {
                "code": ("coupon.token", *PEOPLE["code"]),
                "currency": (),
                "rate": ("campaign.commission_percent", "commission_rate"),
            },
            "https://developers.rewardful.com/rest-api/affiliates/object.md",
            lists={"links": ("links",), "codes": ("coupons",)},
        ),
    ),
    standings={"active": Standing.ACTIVE, "disabled": Standing.GONE, "suspicious": Standing.GONE},
    payable={
        "pending": Payable.WAITING,
        "due": Payable.READY,
        "paid": Payable.NOTHING,
        "voided": Payable.NOTHING,
    },
)
