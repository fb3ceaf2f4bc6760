"""From which link of a creator a fan made hers."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0181_link_source"))]  # noqa: RUF012
    operations = [run_sql("0181_link_source")]  # noqa: RUF012
