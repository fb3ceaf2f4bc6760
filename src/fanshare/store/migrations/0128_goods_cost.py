"""What a brand says that its goods cost."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0128_goods_cost"))]  # noqa: RUF012
    operations = [run_sql("0128_goods_cost")]  # noqa: RUF012
