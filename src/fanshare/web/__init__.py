"""Pages by role, rendered on the server."""
