"""A code by itself for everybody who joins."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0199_joining_code"))]  # noqa: RUF012
    operations = [run_sql("0199_joining_code")]  # noqa: RUF012
