"""One folder for each outside system: how to verify, parse and fetch what it says."""
