"""Whose numbers of invoices begin how, in all books of the installation."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0206_number_series"))]  # noqa: RUF012
    operations = [run_sql("0206_number_series")]  # noqa: RUF012
