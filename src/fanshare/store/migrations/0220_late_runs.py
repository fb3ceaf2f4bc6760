"""A day of paying whose run could not be planned yet says why."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0220_late_runs"))]  # noqa: RUF012
    operations = [run_sql("0220_late_runs")]  # noqa: RUF012
