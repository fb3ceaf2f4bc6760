"""Shop credit, as those who take it see it."""
