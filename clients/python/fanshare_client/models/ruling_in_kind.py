from enum import StrEnum


class RulingInKind(StrEnum):
    DENIED = "denied"
    HELD = "held"
    REASSIGNED = "reassigned"
    RELEASED = "released"

    def __str__(self) -> str:
        return str(self.value)
