"""Links go by their clicks, and codes of plans by their uses, along an index."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0214_click_sums"))]  # noqa: RUF012
    operations = [run_sql("0214_click_sums")]  # noqa: RUF012
