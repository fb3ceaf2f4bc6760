"""A plan that leaves room to live: what has to be made, the hours there are, and which step stands where."""
