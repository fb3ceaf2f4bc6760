"""The file of a run goes on saying which account it is paid from, whatever account is named afterwards."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0217_debtor_of_run"))]  # noqa: RUF012
    operations = [run_sql("0217_debtor_of_run")]  # noqa: RUF012
