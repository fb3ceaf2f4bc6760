"""PostgreSQL under our own supervisor, or the one that ``DATABASE_URL`` names.

>>> with open_database(home, os.environ) as database:   # doctest: +SKIP
...     psycopg.connect(database.dsn())
"""

from fanshare.store.server.database import (
    Database,
    embedded_database,
    external_database,
    open_database,
    verify_settings,
)
from fanshare.store.server.supervisor import Server

__all__ = ["Database", "Server", "embedded_database", "external_database", "open_database", "verify_settings"]
