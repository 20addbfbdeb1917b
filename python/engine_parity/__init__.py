"""Whether two targets hold the same public tables."""
