"""Parts, positions, rulings, and what a close has sealed."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0007_ledger")]  # noqa: RUF012
    operations = [run_sql("0008_settlement")]  # noqa: RUF012
