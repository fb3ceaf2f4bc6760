"""What a brand says of itself on its public page."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0200_programme_words"))]  # noqa: RUF012
    operations = [run_sql("0200_programme_words")]  # noqa: RUF012
