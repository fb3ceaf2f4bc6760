"""Media kits of creators, and the statements whose results stand in them."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0155_media_kit"))]  # noqa: RUF012
    operations = [run_sql("0155_media_kit")]  # noqa: RUF012
