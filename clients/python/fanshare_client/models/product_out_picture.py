from enum import StrEnum


class ProductOutPicture(StrEnum):
    FAILED = "failed"
    KEPT = "kept"
    NONE = "none"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
