from enum import StrEnum


class Wait(StrEnum):
    APPROVAL = "approval"
    ARRIVAL = "arrival"
    BELOW_MINIMUM = "below_minimum"
    BELOW_UNIT = "below_unit"
    CHANGED = "changed"
    CHECK = "check"
    CLAIM = "claim"
    CODE = "code"
    CREDIT = "credit"
    DAY = "day"
    DECISION = "decision"
    ENDING = "ending"
    ERASED = "erased"
    FROZEN = "frozen"
    GOAL = "goal"
    MATURITY = "maturity"
    NEGATIVE = "negative"
    NO_ACCOUNT = "no_account"
    NO_FORM = "no_form"
    NO_RAIL = "no_rail"
    NO_RATE = "no_rate"
    RESTORED = "restored"
    RUN = "run"
    SENDING = "sending"
    SHIPMENT = "shipment"
    STOPPED = "stopped"
    UNDERWAY = "underway"
    UNFUNDED = "unfunded"
    USE = "use"

    def __str__(self) -> str:
        return str(self.value)
