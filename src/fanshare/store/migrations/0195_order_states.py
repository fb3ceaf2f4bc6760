"""A way to the orders of a state."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0195_order_states"))]  # noqa: RUF012
    operations = [run_sql("0195_order_states")]  # noqa: RUF012
