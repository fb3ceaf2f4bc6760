"""What providers say of payments in their own reports."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0180_provider_reports"))]  # noqa: RUF012
    operations = [run_sql("0180_provider_reports")]  # noqa: RUF012
