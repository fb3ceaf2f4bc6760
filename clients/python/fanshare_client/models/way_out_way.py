from enum import StrEnum


class WayOutWay(StrEnum):
    BANK = "bank"
    PAYPAL = "paypal"
    STRIPE = "stripe"
    TREMENDOUS = "tremendous"

    def __str__(self) -> str:
        return str(self.value)
