"""Days on which something is due in creators' own books, where they let the site know."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0176_workbench_due"))]  # noqa: RUF012
    operations = [run_sql("0176_workbench_due")]  # noqa: RUF012
