"""A fan's own pages."""
