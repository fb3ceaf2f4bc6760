from enum import StrEnum


class Step(StrEnum):
    CHECKED = "checked"
    GONE = "gone"
    LEAVING = "leaving"
    LOOKED = "looked"
    PAID = "paid"
    PLANNED = "planned"
    READY = "ready"
    UNCLAIMED = "unclaimed"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
