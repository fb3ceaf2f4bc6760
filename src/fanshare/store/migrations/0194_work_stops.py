"""Who paused or ended links, codes and work."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0194_work_stops"))]  # noqa: RUF012
    operations = [run_sql("0194_work_stops")]  # noqa: RUF012
