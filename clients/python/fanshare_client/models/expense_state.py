from enum import StrEnum


class ExpenseState(StrEnum):
    CONFIRMED = "confirmed"
    DROPPED = "dropped"
    OPEN = "open"

    def __str__(self) -> str:
        return str(self.value)
