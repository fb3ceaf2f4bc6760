"""Sign-in links, and mail that was sent."""

from django.db import migrations

from fanshare.store.migrations import run_sql


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", "0016_shop_codes")]  # noqa: RUF012
    operations = [run_sql("0017_sign_in")]  # noqa: RUF012
