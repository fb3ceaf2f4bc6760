"""New links and codes of a fan are paused by the word that stands about her."""

from django.db import migrations

from fanshare.store.migrations import run_sql, step_before


class Migration(migrations.Migration):  # type: ignore[misc]
    """Runs the SQL file of the same name."""

    dependencies = [("store", step_before("0208_same_word"))]  # noqa: RUF012
    operations = [run_sql("0208_same_word")]  # noqa: RUF012
