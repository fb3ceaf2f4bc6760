"""Payout runs: who is paid together, who approved it, and what became of each payment."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0056_payout_runs"))]  # noqa: RUF012
    operations = [run_sql("0056_payout_runs")]  # noqa: RUF012
