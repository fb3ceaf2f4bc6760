"""Codes that are made in the shop."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0015_imports")]  # noqa: RUF012
    operations = [run_sql("0016_shop_codes")]  # noqa: RUF012
