"""What the brand bears for claims follows their orders."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0109_borne_claims"))]  # noqa: RUF012
    operations = [run_sql("0109_borne_claims")]  # noqa: RUF012
