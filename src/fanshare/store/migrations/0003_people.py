from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    dependencies = [("store", "0002_log")]  # noqa: RUF012
    operations = [run_sql("0003_people")]  # noqa: RUF012
