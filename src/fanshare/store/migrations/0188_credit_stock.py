"""Shop credit from codes that a brand made itself."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0188_credit_stock"))]  # noqa: RUF012
    operations = [run_sql("0188_credit_stock")]  # noqa: RUF012
