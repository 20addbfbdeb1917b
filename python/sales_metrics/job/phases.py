"""Says what the run is doing, and how long each phase takes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import click

from sales_metrics.stopping import heed

SECONDS_BETWEEN = 10


@dataclass
class Phases:
    """Prints one line per phase as it ends, and now and then one while it lasts."""

    quiet: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    _begun: float = field(default_factory=time.monotonic)
    _said: float = 0

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[Callable[[str], None]]:
        """`with phases.phase("build") as note:` where `note(text)` ends the phase's line."""
        heed()
        started = self._said = time.monotonic()
        notes: list[str] = []
        self.say(f"{name} ...")
        try:
            yield notes.append
        except BaseException:
            notes.append("stopped")
            raise
        finally:
            self.seconds[name] = round(time.monotonic() - started, 2)
            what = f": {'; '.join(notes)}" if notes else ""
            self.say(f"{name} {self.seconds[name]:.1f} s{what}")

    def progress(self, done: int, total: int) -> None:
        if time.monotonic() - self._said >= SECONDS_BETWEEN:
            self._said = time.monotonic()
            self.say(f"  {done} of {total}")

    def say(self, text: str) -> None:
        if not self.quiet:
            try:
                click.echo(f"[{time.monotonic() - self._begun:6.1f} s] {text}")
            except OSError:
                # A log that is full, or that nobody reads any more, is no reason not to publish.
                self.quiet = True
