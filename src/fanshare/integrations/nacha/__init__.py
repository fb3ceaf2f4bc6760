"""Dollar payments by ACH as files in NACHA's format: credits written and checked, returns and corrections read."""
