"""The checks, by what they look at. Each yields its offences, first one first."""
