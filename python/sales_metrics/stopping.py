"""Ctrl-C and a scheduler's SIGTERM stop a command, also where Python loses the exception.

An exception that a signal raises in a destructor or a callback is dropped, and the program goes on.
So a stop is remembered as well, and whatever takes long asks for it now and then.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

_asked = threading.Event()


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Within it SIGINT and SIGTERM raise KeyboardInterrupt and are remembered.

    Only the main thread hears of signals: elsewhere it changes nothing.
    """
    _asked.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def heed() -> None:
    """Raise KeyboardInterrupt if somebody asked to stop."""
    if _asked.is_set():
        raise KeyboardInterrupt


def _ask(_number: int, _frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt
