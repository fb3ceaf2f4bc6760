"""What a shop asks us to tell or to forget about a person."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0013_payments")]  # noqa: RUF012
    operations = [run_sql("0014_compliance")]  # noqa: RUF012
