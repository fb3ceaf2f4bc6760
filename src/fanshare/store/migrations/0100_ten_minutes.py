"""Whether Today shows a creator only what fits ten minutes a week."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0100_ten_minutes"))]  # noqa: RUF012
    operations = [run_sql("0100_ten_minutes")]  # noqa: RUF012
