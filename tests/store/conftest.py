"""The database fixtures, for every test of the store."""

from tests.support.schema import cast, conn, database, owner, schema_template, shared_database

__all__ = ["cast", "conn", "database", "owner", "schema_template", "shared_database"]
