"""A creator's own pages."""
