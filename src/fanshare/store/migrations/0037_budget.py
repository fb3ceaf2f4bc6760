"""What a brand may spend in a month, and when links stopped for it."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0037_budget"))]  # noqa: RUF012
    operations = [run_sql("0037_budget")]  # noqa: RUF012
