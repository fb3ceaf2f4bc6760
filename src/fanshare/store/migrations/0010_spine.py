"""Indexes for looking people up, and appeals."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0009_partitions")]  # noqa: RUF012
    operations = [run_sql("0010_spine")]  # noqa: RUF012
