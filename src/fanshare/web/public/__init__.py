"""Pages that anyone may read, and the page that a token opens."""
