"""Breaches told to people once: a page, a JSON file and a webhook."""
