"""Clicks and deliveries, partitioned by time, and what is counted of them."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0004_links")]  # noqa: RUF012
    operations = [run_sql("0005_edge")]  # noqa: RUF012
