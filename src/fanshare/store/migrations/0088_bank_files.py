"""The account that a brand pays from, and the account that a payment was sent to."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0088_bank_files"))]  # noqa: RUF012
    operations = [run_sql("0088_bank_files")]  # noqa: RUF012
