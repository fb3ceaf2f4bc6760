"""What the platform reported of its sellers, and what it said that is corrected later."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0179_dpi"))]  # noqa: RUF012
    operations = [run_sql("0179_dpi")]  # noqa: RUF012
