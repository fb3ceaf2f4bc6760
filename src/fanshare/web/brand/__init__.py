"""Pages of those who look after a programme."""
