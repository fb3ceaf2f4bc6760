from enum import StrEnum


class PausedBy(StrEnum):
    BRAND = "brand"
    OWNER = "owner"

    def __str__(self) -> str:
        return str(self.value)
