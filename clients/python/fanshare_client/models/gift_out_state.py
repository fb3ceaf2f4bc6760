from enum import StrEnum


class GiftOutState(StrEnum):
    BACK = "back"
    GIVEN = "given"
    KEPT = "kept"

    def __str__(self) -> str:
        return str(self.value)
