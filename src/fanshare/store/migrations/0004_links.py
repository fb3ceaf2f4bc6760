"""Terms, links and codes with their dated histories."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0003_people")]  # noqa: RUF012
    operations = [run_sql("0004_links")]  # noqa: RUF012
