"""The one exception of the package: its text is a sentence the user can act on."""

from __future__ import annotations

import errno
from pathlib import Path

from sales_metrics.privacy import masked

# What `sales-metrics` exits with; docs/operations.md says what to do about each.
PUBLISHED, CHECK_FAILED, USAGE, LOCKED = 0, 1, 2, 3


class SalesMetricsError(Exception):
    """Something the user can put right; each sentence says what and how."""

    def __init__(self, *sentences: str, exit_code: int = USAGE) -> None:
        # Words of the data and of libraries end in logs and files that many may read.
        self.sentences = tuple(map(masked, sentences))
        super().__init__(" ".join(self.sentences))
        self.exit_code = exit_code


def from_system(error: Exception, place: Path) -> SalesMetricsError:
    """What the operating system or DuckDB refuses, as a sentence; anything else as it is."""
    text = str(error)
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT) or "No space left" in text or "not enough" in text:
        return SalesMetricsError(
            f"The disk of {place} is full: free some space and run again; the old build still"
            " serves."
        )
    if number in (errno.EACCES, errno.EPERM, errno.EROFS) or "Permission denied" in text:
        return SalesMetricsError(
            f"{place} cannot be written: give the user who runs this write permission, or name"
            " another folder; the old build still serves."
        )
    if "Could not set lock" in text or "Conflicting lock" in text:
        return SalesMetricsError(
            f"{place} is open in another program: close it there and run again."
        )
    first = text.strip().splitlines()[0] if text.strip() else type(error).__name__
    return SalesMetricsError(f"{place} cannot be used: {first}")
