"""What the brand bears of old debts follows the orders that they came of."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0152_borne_debts"))]  # noqa: RUF012
    operations = [run_sql("0152_borne_debts")]  # noqa: RUF012
