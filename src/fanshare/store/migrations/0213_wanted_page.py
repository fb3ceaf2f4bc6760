"""A link that signs in carries the page that was wanted."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0213_wanted_page"))]  # noqa: RUF012
    operations = [run_sql("0213_wanted_page")]  # noqa: RUF012
