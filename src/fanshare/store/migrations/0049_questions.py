"""Questions of fans and answers of creators, time off, and what was reported."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0049_questions"))]  # noqa: RUF012
    operations = [run_sql("0049_questions")]  # noqa: RUF012
