"""Receipts that claims of missing sales came with."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0201_claim_papers"))]  # noqa: RUF012
    operations = [run_sql("0201_claim_papers")]  # noqa: RUF012
