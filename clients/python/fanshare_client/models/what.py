from enum import StrEnum


class What(StrEnum):
    BAD_LINE = "bad_line"
    NOT_BOOKED = "not_booked"
    NOT_IN_FILE = "not_in_file"
    NOT_OF_RUN = "not_of_run"
    OTHER_BOOKED = "other_booked"
    OTHER_LINE = "other_line"
    OTHER_SAID = "other_said"
    TWICE_IN_FILE = "twice_in_file"

    def __str__(self) -> str:
        return str(self.value)
