"""Who has come near to what has to be reported, told once."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0173_tax_alerts"))]  # noqa: RUF012
    operations = [run_sql("0173_tax_alerts")]  # noqa: RUF012
