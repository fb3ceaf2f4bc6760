"""Joining: as a creator, as a fan, or to claim what was earned before."""
