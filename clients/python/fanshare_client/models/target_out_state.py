from enum import StrEnum


class TargetOutState(StrEnum):
    FAILED = "failed"
    OFF = "off"
    ON = "on"

    def __str__(self) -> str:
        return str(self.value)
