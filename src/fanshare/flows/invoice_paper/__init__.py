"""Invoices as files: EN 16931 as XML (CII) and as a PDF that holds it (Factur-X). Imported by its own process alone."""
