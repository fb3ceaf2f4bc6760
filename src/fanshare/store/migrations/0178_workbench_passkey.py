"""Passkeys that open creators' own books."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0178_workbench_passkey"))]  # noqa: RUF012
    operations = [run_sql("0178_workbench_passkey")]  # noqa: RUF012
