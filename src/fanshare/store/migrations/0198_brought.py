"""What each link and code brought, kept by triggers on the parts."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0198_brought"))]  # noqa: RUF012
    operations = [run_sql("0198_brought")]  # noqa: RUF012
