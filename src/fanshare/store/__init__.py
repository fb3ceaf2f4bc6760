"""PostgreSQL: the embedded server, the schema, and the functions that read and write facts and books."""
