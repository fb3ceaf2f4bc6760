"""A CSV file of one's own: one row a person, or one row a balance. The columns are in README.md."""

from fanshare.core.moving import Standing
from fanshare.integrations.moving.shapes import PEOPLE, Kind, Shape, Tool

TOOL = Tool(
    key="csv",
    param="ref",
    shapes=(
        Shape(
            "people",
            Kind.PEOPLE,
            ("name|first|email",),
            PEOPLE
            | {
                "param": ("link_param", "parameter"),
                "token": ("link_value", "token", "ref", "ref_code", "referral_code"),
                "rate": ("rate", "commission_rate"),
                "balance": ("balance", "owed"),
                "waiting": ("waiting", "pending"),
                "ready": ("ready_on", "waiting_until"),
            },
            "docs/guides/moving-in.md",
        ),
    ),
    standings={
        "": Standing.ACTIVE,
        "active": Standing.ACTIVE,
        "applied": Standing.APPLIED,
        "pending": Standing.APPLIED,
        "off": Standing.GONE,
        "disabled": Standing.GONE,
    },
)
