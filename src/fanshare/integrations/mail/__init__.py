"""Sending mail: the port, SMTP, a mailbox in memory, and the look at what a host lets out."""
