from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    dependencies = [("store", "0005_edge")]  # noqa: RUF012
    operations = [run_sql("0006_orders")]  # noqa: RUF012
