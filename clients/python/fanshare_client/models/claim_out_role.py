from enum import StrEnum


class ClaimOutRole(StrEnum):
    CREATOR = "creator"
    FAN = "fan"

    def __str__(self) -> str:
        return str(self.value)
