"""Invoices by EN 16931: what one says, what VAT it shows, what it comes to, and whether it may be sent."""
