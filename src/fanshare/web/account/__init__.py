"""Signing in and out, and what one is here."""
