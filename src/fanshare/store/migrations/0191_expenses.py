"""Expenses of creators that a brand agreed to pay back."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0191_expenses"))]  # noqa: RUF012
    operations = [run_sql("0191_expenses")]  # noqa: RUF012
