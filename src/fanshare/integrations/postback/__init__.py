"""Postbacks: a network or a tool calls an address with the sale in its query."""
