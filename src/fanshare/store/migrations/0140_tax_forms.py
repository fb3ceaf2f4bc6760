"""What brands ask of whoever they pay, for the tax; and the forms that were signed."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0140_tax_forms"))]  # noqa: RUF012
    operations = [run_sql("0140_tax_forms")]  # noqa: RUF012
