"""Pages about where somebody's money goes."""
