"""A creator's own books: what her work brings an hour once everything is counted."""
