"""Parts of payments that are held for a tax authority, and what was handed on."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0141_withholding"))]  # noqa: RUF012
    operations = [run_sql("0141_withholding")]  # noqa: RUF012
