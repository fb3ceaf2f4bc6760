"""Claims of missing sales, as those who make them see them."""
