"""A provider's number of a movement is kept: another one is another payment."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0221_provider_movements"))]  # noqa: RUF012
    operations = [run_sql("0221_provider_movements")]  # noqa: RUF012
