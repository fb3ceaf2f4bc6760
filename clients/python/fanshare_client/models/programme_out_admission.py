from enum import StrEnum


class ProgrammeOutAdmission(StrEnum):
    APPLICATION = "application"
    CLOSED = "closed"
    OPEN = "open"

    def __str__(self) -> str:
        return str(self.value)
