"""The public JSON API, its keys and its outgoing webhooks."""
