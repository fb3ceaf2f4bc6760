"""One RFC 6962 tree per programme."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0001_foundation")]  # noqa: RUF012
    operations = [run_sql("0002_log")]  # noqa: RUF012
