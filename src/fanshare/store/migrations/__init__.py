"""The schema, step by step: each step runs one hand-written SQL file of ``sql/``."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


def run_sql(name: str) -> migrations.RunSQL:
    """The operation that runs ``sql/<name>.sql``. There is no way back: a ledger is not un-migrated."""
    return migrations.RunSQL((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def step_before(name: str) -> str:
    """The step that comes before another one in the order of their numbers, whichever was written first."""
    return max(path.stem for path in SQL.glob("*.sql") if path.stem < name)
