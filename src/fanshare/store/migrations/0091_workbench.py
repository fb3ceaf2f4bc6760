"""A creator's own books, locked by her passphrase, and who may keep some without a programme."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0091_workbench"))]  # noqa: RUF012
    operations = [run_sql("0091_workbench")]  # noqa: RUF012
