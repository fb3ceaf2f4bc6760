"""On which days how many things are due in a creator's books, told to the site where she lets it know.

Without that the site knows no day while her books are locked (decision 66).
"""

from datetime import date

from fanshare.core.workbench.day import due_days
from fanshare.core.workbench.documents import Shelf
from fanshare.store.access import Connection
from fanshare.store.queries import workbench_due, workbench_mail


def tell(conn: Connection, account: bytes, shelf: Shelf, today: date) -> None:
    """Bring what the site knows up to books that are open; nothing, where she does not let it know."""
    days = due_days(shelf, today) if shelf.settings.tells else {}
    told = {day.isoformat(): number for day, number in days.items()}
    if told != workbench_due.of(conn, account):
        workbench_due.put(conn, account, told)
    if shelf.settings.tells:  # she looks at it herself: no mail needs to tell her of this day
        workbench_mail.told(conn, account, today.isoformat())


def waiting(conn: Connection, account: bytes, today: date) -> int:
    """How many things are due by a day, as far as the site knows."""
    return workbench_due.count(conn, account, today.isoformat())
