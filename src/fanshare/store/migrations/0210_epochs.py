"""The leaves of a log that change its key are found without reading the others."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0210_epochs"))]  # noqa: RUF012
    operations = [run_sql("0210_epochs")]  # noqa: RUF012
