"""Sums of a creator's open parts per period, kept by the parts themselves."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0080_scope_sums"))]  # noqa: RUF012
    operations = [run_sql("0080_scope_sums")]  # noqa: RUF012
