"""Making a Debian machine run fanshare: what has to be there, what is wrong first, writing it, taking it away."""
