"""What each party is told by mail when it happens, and the language and pace she chose."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0074_news"))]  # noqa: RUF012
    operations = [run_sql("0074_news")]  # noqa: RUF012
