"""Parties are random numbers; what is personal lives in the vault."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0002_log")]  # noqa: RUF012
    operations = [run_sql("0003_people")]  # noqa: RUF012
