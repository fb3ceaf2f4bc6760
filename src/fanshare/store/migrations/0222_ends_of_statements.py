"""A booking knows between which others its statement stands."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0222_ends_of_statements"))]  # noqa: RUF012
    operations = [run_sql("0222_ends_of_statements")]  # noqa: RUF012
