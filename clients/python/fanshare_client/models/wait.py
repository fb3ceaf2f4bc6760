from enum import StrEnum


class Wait(StrEnum):
    APPROVAL = "approval"
    ARRIVAL = "arrival"
    BELOW_MINIMUM = "below_minimum"
    BELOW_UNIT = "below_unit"
    CHANGED = "changed"
    CHECK = "check"
    CLAIM = "claim"
    DAY = "day"
    DECISION = "decision"
    ERASED = "erased"
    FROZEN = "frozen"
    MATURITY = "maturity"
    NEGATIVE = "negative"
    NO_ACCOUNT = "no_account"
    NO_FORM = "no_form"
    NO_RAIL = "no_rail"
    NO_RATE = "no_rate"
    RUN = "run"
    SENDING = "sending"
    SHIPMENT = "shipment"
    STOPPED = "stopped"
    UNDERWAY = "underway"
    UNFUNDED = "unfunded"

    def __str__(self) -> str:
        return str(self.value)
