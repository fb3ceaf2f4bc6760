"""A second factor that is asked of owners, finance and operators."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0197_factor_rule"))]  # noqa: RUF012
    operations = [run_sql("0197_factor_rule")]  # noqa: RUF012
