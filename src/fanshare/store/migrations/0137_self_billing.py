"""Credit notes that a brand writes for its payees: who agreed, numbers without gaps, and what was written."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0137_self_billing"))]  # noqa: RUF012
    operations = [run_sql("0137_self_billing")]  # noqa: RUF012
