"""What became of asking shops for the orders of claims."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0131_claim_fetches"))]  # noqa: RUF012
    operations = [run_sql("0131_claim_fetches")]  # noqa: RUF012
