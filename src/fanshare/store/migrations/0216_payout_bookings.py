"""What statements of a bank told of payments is kept, so that the next statement is read beside it."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0216_payout_bookings"))]  # noqa: RUF012
    operations = [run_sql("0216_payout_bookings")]  # noqa: RUF012
