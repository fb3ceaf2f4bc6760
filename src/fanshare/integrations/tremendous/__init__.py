"""Money out as rewards of Tremendous."""
