"""Whom the site mails that something is due in her own books."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0184_workbench_mail"))]  # noqa: RUF012
    operations = [run_sql("0184_workbench_mail")]  # noqa: RUF012
