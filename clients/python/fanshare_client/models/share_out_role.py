from enum import StrEnum


class ShareOutRole(StrEnum):
    BUYER = "buyer"
    CREATOR = "creator"
    FAN = "fan"

    def __str__(self) -> str:
        return str(self.value)
