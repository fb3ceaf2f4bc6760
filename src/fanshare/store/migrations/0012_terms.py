"""What bonuses, groups and recurring months need to be remembered."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0011_connections")]  # noqa: RUF012
    operations = [run_sql("0012_terms")]  # noqa: RUF012
