from enum import StrEnum


class GoalOutState(StrEnum):
    MISSED = "missed"
    OPEN = "open"
    REACHED = "reached"
    WITHDRAWN = "withdrawn"

    def __str__(self) -> str:
        return str(self.value)
