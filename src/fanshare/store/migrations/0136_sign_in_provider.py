"""A provider by which people may sign in, and whom it knows."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0136_sign_in_provider"))]  # noqa: RUF012
    operations = [run_sql("0136_sign_in_provider")]  # noqa: RUF012
