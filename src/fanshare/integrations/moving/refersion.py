"""Refersion: affiliates (``?rfsn=id.code``), coupon triggers, and conversions with their payment. See README.md."""

from fanshare.core.moving import Standing
from fanshare.integrations.moving.shapes import MONEY, PEOPLE, Kind, Payable, Shape, Tool

TOOL = Tool(
    key="refersion",
    param="rfsn",
    shapes=(
        Shape(
            "conversions",
            Kind.MONEY,
            ("amount", "state", "paid", "id|email"),
            MONEY
            | {
                "row": ("conversion_id", "id"),
                "amount": ("commission_total", "commission", "commission_amount"),
                "state": ("status", "conversion_status"),
                "paid": ("payment_status", "paid"),
                "test": ("is_test_conversion", "test"),
            },
            "https://www.refersion.dev/reference (conversions; fields as in github.com/api-evangelist/refersion)",
        ),
        Shape(
            "conversion triggers",
            Kind.CODES,
            ("code", "only", "id"),
            {"id": ("affiliate_id", "affiliate_code"), "code": ("trigger",), "only": ("type",)},
            "https://www.refersion.dev/reference/new_affiliate_trigger",
        ),
        Shape(
            "affiliates",
            Kind.PEOPLE,
            ("email", "first|name"),
            PEOPLE
            | {
                "id": ("id", "affiliate_id"),
                "token": ("rfsn",),
                "short": ("code", "affiliate_code"),
                "code": ("coupon", "coupon_code", "coupons", "conversion_triggers"),
                "rate": ("commission_rate", "offer.amount", "offer_commission"),
                "balance": ("unpaid_commission", "unpaid_commissions", "unpaid", "balance"),
            },
            "https://www.refersion.dev/reference/get_affiliate; "
            "https://support.refersion.com/en/articles/1232447-how-do-i-bulk-upload-affiliates",
        ),
    ),
    standings={
        "active": Standing.ACTIVE,
        "pending": Standing.APPLIED,
        "denied": Standing.GONE,
        "disabled": Standing.GONE,
    },
    payable={
        "approved": Payable.READY,
        "pending": Payable.WAITING,
        "unqualified": Payable.NOTHING,
        "denied": Payable.NOTHING,
    },
)
