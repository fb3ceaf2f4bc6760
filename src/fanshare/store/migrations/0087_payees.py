"""Where somebody's money goes: which accounts were named when. What they are is in the vault."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0087_payees"))]  # noqa: RUF012
    operations = [run_sql("0087_payees")]  # noqa: RUF012
