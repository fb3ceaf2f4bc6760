"""Conversions of what is ready in a currency that was replaced by another one."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0203_replaced_currencies"))]  # noqa: RUF012
    operations = [run_sql("0203_replaced_currencies")]  # noqa: RUF012
