"""Invoices by which an operator asks a brand for the money of its people."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0192_funding_bills"))]  # noqa: RUF012
    operations = [run_sql("0192_funding_bills")]  # noqa: RUF012
