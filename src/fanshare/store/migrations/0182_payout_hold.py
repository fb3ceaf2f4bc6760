"""Payouts wait after a restore, until somebody has compared the books with the world outside."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0182_payout_hold"))]  # noqa: RUF012
    operations = [run_sql("0182_payout_hold")]  # noqa: RUF012
