from enum import StrEnum


class TargetMadeState(StrEnum):
    FAILED = "failed"
    OFF = "off"
    ON = "on"

    def __str__(self) -> str:
        return str(self.value)
