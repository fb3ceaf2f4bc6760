"""Accounts have room on their pages for a new version of each row: a payout run moves all of them at once."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0218_room_in_accounts"))]  # noqa: RUF012
    operations = [run_sql("0218_room_in_accounts")]  # noqa: RUF012
