"""Who froze a payout run and why; payouts that an earlier command planned are given up."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0095_frozen_runs"))]  # noqa: RUF012
    operations = [run_sql("0095_frozen_runs")]  # noqa: RUF012
