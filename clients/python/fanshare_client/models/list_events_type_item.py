from enum import StrEnum


class ListEventsTypeItem(StrEnum):
    BOOKS_RESTORED = "books.restored"
    MONTH_CLOSED = "month.closed"
    PAYOUT_CHANGED = "payout.changed"
    RULING_MADE = "ruling.made"
    SHARES_CHANGED = "shares.changed"
    TERMS_PUBLISHED = "terms.published"

    def __str__(self) -> str:
        return str(self.value)
