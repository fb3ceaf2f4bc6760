"""Append-only segment files: written by the edge, read by the jobs, safe against a power cut."""
