"""Fans under 18, to whom no money can belong."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0135_young_fans"))]  # noqa: RUF012
    operations = [run_sql("0135_young_fans")]  # noqa: RUF012
