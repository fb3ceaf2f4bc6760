"""Many accounts at once are asked once whether somebody is too young for them; links that others imply are gone."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0211_many_accounts"))]  # noqa: RUF012
    operations = [run_sql("0211_many_accounts")]  # noqa: RUF012
