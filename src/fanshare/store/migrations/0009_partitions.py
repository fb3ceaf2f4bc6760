"""The functions that make and drop partitions."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0008_settlement")]  # noqa: RUF012
    operations = [run_sql("0009_partitions")]  # noqa: RUF012
