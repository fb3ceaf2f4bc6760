"""A seeded simulator that knows the truth: buyers, creators, fans, and who cheats."""
