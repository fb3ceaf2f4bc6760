"""UpPromote: affiliates with a link (``?sca_ref=...``) and coupons, and referrals. See README.md."""

from fanshare.core.moving import Standing
from fanshare.integrations.moving.shapes import MONEY, PEOPLE, Kind, Payable, Shape, Tool

TOOL = Tool(
    key="uppromote",
    param="sca_ref",
    shapes=(
        Shape(
            "referrals",
            Kind.MONEY,
            ("amount", "state", "id|email"),
            MONEY
            | {
                "row": ("id", "referral_id"),
                "amount": ("commission", "commission_amount"),
                "more": ("commission_adjustment",),
                "paid": ("payment_status",),
            },
            "UpPromote API v1 as in the manifest of github.com/airbytehq/airbyte, source-uppromote",
        ),
        Shape(
            "coupons",
            Kind.CODES,
            ("code", "id"),
            {"id": ("affiliate_id",), "code": ("coupon", "coupon_code")},
            "UpPromote API v1 as in the manifest of github.com/airbytehq/airbyte, source-uppromote",
        ),
        Shape(
            "affiliates",
            Kind.PEOPLE,
            ("email", "first"),
            PEOPLE
            | {
                "token": ("sca_ref",),
                "rate": ("commission_rate",),
                "balance": ("unpaid_commission", "approved_unpaid", "unpaid_amount", "balance"),
            },
            "https://docs.uppromote.com/management/affiliates/manually-add-affiliate; the manifest above",
            lists={"codes": ("coupons",)},
        ),
    ),
    # Only 1 is told to be active; any other number is read as switched off, so nobody comes along by a guess.
    standings={
        "1": Standing.ACTIVE,
        "active": Standing.ACTIVE,
        "approved": Standing.ACTIVE,
        "pending": Standing.APPLIED,
        "inactive": Standing.GONE,
        "denied": Standing.GONE,
        "0": Standing.GONE,
        "2": Standing.GONE,
        "3": Standing.GONE,
    },
    payable={
        "approved": Payable.READY,
        "pending": Payable.WAITING,
        "paid": Payable.NOTHING,
        "denied": Payable.NOTHING,
        "rejected": Payable.NOTHING,
    },
)
