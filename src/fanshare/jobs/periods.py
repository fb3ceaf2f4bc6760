"""How often the worker does what is not done in every round."""

from collections.abc import Mapping

from fanshare.core.instants import HOUR, MINUTE, SECOND

#: How often the slower work runs.
PERIODS: Mapping[str, int] = {
    "budgets": 10 * SECOND,
    "pay_days": MINUTE,
    "self_bills": 10 * SECOND,
    "calls": 2 * SECOND,
    "publish": SECOND,
    "letters": 5 * SECOND,
    "mail": 5 * SECOND,
    "tell": SECOND,
    "codes": 5 * SECOND,
    "credits": 10 * SECOND,
    "goals": 10 * SECOND,
    "pictures": 2 * SECOND,
    "poll": MINUTE,
    "recheck": MINUTE,
    "webhooks": 10 * MINUTE,
    "seal": 10 * MINUTE,
    "close": HOUR,
    "ripen": 10 * MINUTE,
    "borne": 10 * SECOND,
    "claims": 5 * SECOND,
    "moving": 2 * SECOND,
    "sweep": HOUR,
    "checkpoint": HOUR,
    "compliance": 10 * MINUTE,
    "partitions": HOUR,
    "news": 5 * MINUTE,
    "books_mail": 10 * MINUTE,
    "weekly_mail": HOUR,
    "tax_alerts": HOUR,
    "desk_notes": 5 * MINUTE,
    "retention": HOUR,
    "disk": HOUR,
}
