"""The database fixtures, for every test of the flows."""

from tests.support.schema import conn, database, owner, schema_template, shared_database

__all__ = ["conn", "database", "owner", "schema_template", "shared_database"]
