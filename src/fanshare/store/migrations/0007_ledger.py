"""Accounts, two-legged transfers, payouts, and the answers to clients' keys."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0006_orders")]  # noqa: RUF012
    operations = [run_sql("0007_ledger")]  # noqa: RUF012
