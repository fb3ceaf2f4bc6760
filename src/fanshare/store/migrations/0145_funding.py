"""Money that a brand pays in before its people are paid."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0145_funding"))]  # noqa: RUF012
    operations = [run_sql("0145_funding")]  # noqa: RUF012
