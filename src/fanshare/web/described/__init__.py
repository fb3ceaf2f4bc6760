"""The page that describes the public API, made from the description that the API serves of itself (decision 149)."""
