"""How connections are doing, and what happens to them."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0010_spine")]  # noqa: RUF012
    operations = [run_sql("0011_connections")]  # noqa: RUF012
