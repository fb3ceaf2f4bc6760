"""Attribution policies, one a file: each turns valid touches into credits that sum to exactly 1."""
