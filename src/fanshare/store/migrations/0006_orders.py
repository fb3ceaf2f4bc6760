"""Orders as the shops tell them, and the work list of what is to be settled."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0005_edge")]  # noqa: RUF012
    operations = [run_sql("0006_orders")]  # noqa: RUF012
