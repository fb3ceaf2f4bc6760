"""Orders are found by their number as people type it."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0209_numbers_as_typed"))]  # noqa: RUF012
    operations = [run_sql("0209_numbers_as_typed")]  # noqa: RUF012
