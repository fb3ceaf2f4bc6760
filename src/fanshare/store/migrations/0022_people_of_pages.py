"""What somebody does for a brand, and shares by their state."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0022_people_of_pages"))]  # noqa: RUF012
    operations = [run_sql("0022_people_of_pages")]  # noqa: RUF012
