"""The one exception of the package: its text is a sentence the user can act on."""

from __future__ import annotations


class SalesMetricsError(Exception):
    """Something the user can put right; the message says what and how."""
