"""What the generated shop sells, on which terms, and when the story plays."""

from dataclasses import dataclass
from typing import Any

from fanshare.core.instants import DAY, HOUR, MINUTE, Instant, parse_rfc3339

#: The last evening of trade; what comes after it is waiting, closing and paying.
LAST_DAY: Instant = parse_rfc3339("2026-10-31T00:00:00Z")
SLOTS = 6
_FIRST_SLOT = 6 * HOUR
_SLOT = 3 * HOUR
#: When a day's orders are delivered; the last slot's orders are placed by then.
EVENING = 22 * HOUR + 30 * MINUTE

CURRENCY = "EUR"
ZONE = "Europe/Berlin"
SHOP = "https://shop.example"
NEW_BUYER_BPS = 1500
SALE_BPS = 600
FAN_BPS = 2000
BUYER_BPS = 500
HOLD_DAYS = 14


@dataclass(frozen=True, slots=True)
class Product:
    """Something on the shelf. ``cents`` without tax."""

    name: str
    sku: str
    category: str
    cents: int


SHELF = (
    Product("stoneware-mug", "MUG-01", "Kitchen", 2_280),
    Product("linen-shirt", "SHIRT-01", "Clothes", 5_900),
    Product("wool-blanket", "BLANKET-01", "Home", 11_850),
    Product("bread-knife", "KNIFE-01", "Kitchen", 4_475),
    Product("seed-box", "SEEDS-01", "Garden", 1_890),
    Product("print-a3", "PRINT-01", "Paper", 3_400),
    Product("bicycle-bag", "BAG-01", "Travel", 8_990),
    Product("candle-pair", "CANDLE-01", "Home", 1_665),
    Product("last-years-apron", "APRON-00", "Sale", 2_140),
    Product("teapot", "POT-01", "Kitchen", 7_215),
)


def terms_document() -> dict[str, Any]:
    """The programme's terms: whoever reached the buyer shares the sale, new buyers are worth more, sales less."""
    return {
        "terms": {"policy": "linear", "window_days": 30, "time_zone": ZONE, "notice_days": 30},
        "commission": [
            {"id": "standard", "percent": "12", "not_categories": ["Sale"]},
            {"id": "new-buyers", "percent": "15", "buyers": "new", "not_categories": ["Sale"]},
            {"id": "sale", "percent": "6", "categories": ["Sale"]},
        ],
        "fans": {"default_percent": "20", "max_percent": "30", "buyer_percent": "5", "introducer_days": 60},
        "settlement": {"hold_days": HOLD_DAYS},
    }


def day_start(day: int, days: int) -> Instant:
    """Midnight UTC of day ``day`` of a story of ``days`` days."""
    return LAST_DAY - (days - 1 - day) * DAY


def slot_start(slot: int, days: int) -> Instant:
    """When a slot begins: six a day, three hours apart, numbered through. Clicks happen at that moment."""
    day, part = divmod(slot, SLOTS)
    return day_start(day, days) + _FIRST_SLOT + part * _SLOT


def evening(day: int, days: int) -> Instant:
    """When a day's orders are delivered."""
    return day_start(day, days) + EVENING
