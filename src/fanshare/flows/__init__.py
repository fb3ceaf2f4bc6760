"""Use cases, one verb a file: each takes its ports, calls the core and returns what changed."""
