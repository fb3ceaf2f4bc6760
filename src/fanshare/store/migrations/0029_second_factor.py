"""A second factor besides the mailbox, and whose a session is."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0029_second_factor"))]  # noqa: RUF012
    operations = [run_sql("0029_second_factor")]  # noqa: RUF012
