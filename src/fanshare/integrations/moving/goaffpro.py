"""GoAffPro: affiliates with referral codes (``?ref=code``), coupons and the payment that is pending. See README.md."""

from fanshare.core.marks import later
from fanshare.core.moving import Standing
from fanshare.integrations.moving.shapes import PEOPLE, Kind, Shape, Tool

TOOL = Tool(
    key="goaffpro",
    param="ref",
    shapes=(
        Shape(
            "affiliates",
            Kind.PEOPLE,
            ("email", "name|first", "token|link|balance"),
            PEOPLE
            | {
                "token": ("ref_code", "referral_code", "ref_codes", "referral_codes"),
                "code": ("coupon", "coupon_code", "coupons", "referral_coupon"),
                "rate": ("commission_rate", "commission_value", "standard_commission"),
                "balance": (
                    "pending_payment",
                    "pending_payments",
                    "payment_due",
                    "amount_pending",
                    "unpaid_commission",
                ),
            },
            "https://docs.goaffpro.com/goaffpro-admin/manage/affiliates (the table that is exported)",
            lists={"codes": ("coupons",), "tokens": ("ref_codes",)},
        ),
    ),
    standings={
        "approved": Standing.ACTIVE,
        "active": Standing.ACTIVE,
        "pending": Standing.APPLIED,
        "blocked": Standing.GONE,
        "rejected": Standing.GONE,
    },
    refuses={
        ("order_number", "commission"): later(
            "%(name)s lists sales and does not say which were paid; use the list of affiliates or of pending payments."
        )
    },
)
