"""What operators look at: audit, proofs, and the texts that a site has to show."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0027_operating"))]  # noqa: RUF012
    operations = [run_sql("0027_operating")]  # noqa: RUF012
