"""Orders from a file: CSV or Parquet, read row by row, however long it is."""
