"""A creator's workbench: her own books, which open by her passphrase alone."""
