"""Changes of the address of an account: asked for, and done ones as long as they can be undone."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0085_address_change"))]  # noqa: RUF012
    operations = [run_sql("0085_address_change")]  # noqa: RUF012
