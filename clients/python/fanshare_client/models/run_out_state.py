from enum import StrEnum


class RunOutState(StrEnum):
    APPROVED = "approved"
    FROZEN = "frozen"
    PLANNED = "planned"
    SENT = "sent"

    def __str__(self) -> str:
        return str(self.value)
