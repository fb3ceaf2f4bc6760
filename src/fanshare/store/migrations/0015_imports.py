"""What was imported from a file or from another tool."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0014_compliance")]  # noqa: RUF012
    operations = [run_sql("0015_imports")]  # noqa: RUF012
