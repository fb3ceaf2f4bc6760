"""Bring a database to the current schema: ``python -m fanshare.store.migrate``, in a process of its own.

Django can be set up once per process, with one set of settings; a child process leaves the caller free to be
anything else (the edge never imports Django at all).
"""

import os
import subprocess
import sys

from fanshare.core.errors import FanshareError

_DSN = "FANSHARE_MIGRATE_DSN"
_APP_ROLE = "FANSHARE_MIGRATE_APP_ROLE"
#: Only one process migrates a database at a time; the number is arbitrary but fixed.
_LOCK = 6_237_418_803


def migrate(owner_dsn: str, app_role: str = "fanshare_app", *, timeout: float = 300.0) -> None:
    """Apply every missing migration. Doing it again, or in two processes at once, is harmless.

    ``owner_dsn`` belongs to the role that owns the tables; ``app_role`` gets the rights of the application.
    Raises ``FanshareError`` (``migration_failed``) with the database's own words.
    """
    # The connection string goes through the environment: arguments are visible to every user of the machine.
    child = subprocess.run(
        [sys.executable, "-m", "fanshare.store.migrate"],
        env={**os.environ, _DSN: owner_dsn, _APP_ROLE: app_role},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if child.returncode != 0:
        last = (child.stderr.strip().splitlines() or ["no message"])[-1]
        raise FanshareError("migration_failed", f"The database could not be brought up to date: {last}", 500)


def _main() -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import DatabaseError, connection

    from fanshare.store.django_settings import base_settings

    settings.configure(**base_settings(os.environ.pop(_DSN)))
    django.setup()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            cursor.execute("SELECT set_config('fanshare.app_role', %s, false)", [os.environ.pop(_APP_ROLE)])
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        sys.exit(" ".join(str(error).split()))


if __name__ == "__main__":
    _main()
