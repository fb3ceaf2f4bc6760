"""People who leave and are paid before they are erased."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0144_leaving"))]  # noqa: RUF012
    operations = [run_sql("0144_leaving")]  # noqa: RUF012
