"""What payment connections say of a shop's orders."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0012_terms")]  # noqa: RUF012
    operations = [run_sql("0013_payments")]  # noqa: RUF012
