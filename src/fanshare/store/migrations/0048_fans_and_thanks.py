"""What a fan lets a creator see of her, and what a creator thanks for."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0048_fans_and_thanks"))]  # noqa: RUF012
    operations = [run_sql("0048_fans_and_thanks")]  # noqa: RUF012
