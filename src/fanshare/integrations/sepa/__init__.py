"""SEPA credit transfers as files: pain.001 written and checked, pain.002 and camt.053 read."""
