from enum import StrEnum


class Bucket(StrEnum):
    AVAILABLE = "available"
    HELD = "held"
    PENDING = "pending"
    UNCLAIMED = "unclaimed"

    def __str__(self) -> str:
        return str(self.value)
