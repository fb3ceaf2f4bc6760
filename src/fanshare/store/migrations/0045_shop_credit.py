"""Shop credit: ready money that becomes a code of the shop."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0045_shop_credit"))]  # noqa: RUF012
    operations = [run_sql("0045_shop_credit")]  # noqa: RUF012
