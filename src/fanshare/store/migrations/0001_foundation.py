"""The application's role, value domains, how a table is handed out, and the tenants themselves."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies: list[tuple[str, str]] = []  # noqa: RUF012
    operations = [run_sql("0001_foundation")]  # noqa: RUF012
