from enum import StrEnum


class Step(StrEnum):
    CHECKED = "checked"
    GIVEN = "given"
    GONE = "gone"
    KEPT = "kept"
    LEAVING = "leaving"
    LOOKED = "looked"
    PAID = "paid"
    PLANNED = "planned"
    READY = "ready"
    SPENT = "spent"
    UNCLAIMED = "unclaimed"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
