"""What waits for people of a brand, told once."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0185_desk_notes"))]  # noqa: RUF012
    operations = [run_sql("0185_desk_notes")]  # noqa: RUF012
