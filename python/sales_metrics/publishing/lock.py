"""One run at a time: a lock that the operating system drops when its process ends, however."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sales_metrics.errors import LOCKED, SalesMetricsError, from_system

NAME = ".lock"
RETRY_SECONDS = 0.2


@contextlib.contextmanager
def locked(folder: Path, wait_seconds: float = 0) -> Iterator[None]:
    """Holds the lock of `folder`; raises with exit code 3 when another process keeps it."""
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise from_system(error, folder) from error
    try:
        take(handle, fcntl.LOCK_EX, lambda: _refusal(path), wait_seconds)
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        _check_writable(folder)
        yield
    finally:
        # Closing releases; the file stays, for deleting it would let two runs lock two files.
        os.close(handle)


def _check_writable(folder: Path) -> None:
    """Now, not after an hour's work: the lock of an earlier run can be taken all the same."""
    for place in (folder, folder / "builds"):
        if place.is_dir():
            try:
                with tempfile.TemporaryFile(dir=place):
                    pass
            except OSError as error:
                error.filename = str(place)
                raise from_system(error, place) from error


def take(handle: int, kind: int, refusal: Callable[[], str], wait_seconds: float) -> None:
    """The lock of an open file or folder; raises what `refusal` says when another keeps it."""
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise SalesMetricsError(refusal(), exit_code=LOCKED) from None
            time.sleep(RETRY_SECONDS)


def _refusal(path: Path) -> str:
    holder = path.read_text(encoding="utf-8", errors="replace").strip() or "unknown"
    return (
        f"Another run (process {holder}) works in {path.parent}: wait for it, or use --wait"
        " SECONDS."
    )
