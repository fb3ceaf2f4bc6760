"""Keeping an installation: backup, restore, upgrade, change of keys. Only the command line opens this room."""
