"""Headings and paragraphs as a PDF. Imported by its own process alone: its library is large."""
