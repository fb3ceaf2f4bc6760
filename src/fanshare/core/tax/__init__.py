"""What tax law asks of whoever pays: what was paid to whom in a year, of which kind, and what has to be told of it."""
