"""Files of the raw folder that this program keeps up: one CSV file a table, replaced whole.

Whoever writes holds the raw folder alone, and a run holds it with others while it reads: two acks
at once keep both, and one in the middle of a run does not make it a load that changed meanwhile.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from sales_metrics.errors import SalesMetricsError, from_system
from sales_metrics.publishing.lock import take
from sales_metrics.publishing.store import fsync

# The end of a file that is being written.
UNFINISHED = ".unfinished"
# As the build takes a file for a table (macro raw_file_stem).
FORMATS = re.compile(r"[.](csv|jsonl|ndjson|json|parquet)([.](gz|zst))?$")
# Another who writes has done it by then.
SECONDS_OF_A_WRITE = 3.0
# What a network disk says of a lock it does not have for a folder.
NO_LOCKS = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP)


@contextlib.contextmanager
def held(raw: Path, *, alone: bool, wait_seconds: float) -> Iterator[None]:
    """Holds the raw folder; no file of the lock lies in it. What is not there nobody writes to."""
    if not alone and not raw.exists():
        yield
        return
    try:
        handle = os.open(raw, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise from_system(error, raw) from error
    refusal = f"A run, an `ack` or a `remember` works in {raw}: wait for it, or use --wait SECONDS."
    try:
        try:
            kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
            take(handle, kind, lambda: refusal, max(wait_seconds, SECONDS_OF_A_WRITE))
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise from_system(error, raw) from error
        yield
    finally:
        os.close(handle)


def check_only_file(path: Path) -> None:
    """That a build would read no other file, or folder of files, as this table."""
    if not path.parent.is_dir():
        return
    for one in sorted(path.parent.iterdir()):
        name = one.name.lower()
        table = name if one.is_dir() else FORMATS.sub("", name)
        if one.name != path.name and table == path.stem and (one.is_dir() or name != table):
            raise SalesMetricsError(
                f"{one} is another file of the table {path.stem}, and only {path.name} can be added"
                f" to: write it as {path.name}, or add the rows where that file is made."
            )


def replace_whole(path: Path, text: str) -> None:
    """A kill or a power cut leaves the old file or the new one.

    Half a file is hidden, so that nobody takes it for a table; what earlier versions left of a
    write that was killed goes. A link stays one, and who may write the file may do so on.
    """
    path = path.resolve()
    path.with_name(path.name + UNFINISHED).unlink(missing_ok=True)
    unfinished = unfinished_beside(path)
    unfinished.write_text(text, encoding="utf-8", newline="")
    if path.exists():
        shutil.copymode(path, unfinished)
    fsync(unfinished)
    unfinished.replace(path)
    fsync(path.parent)


def unfinished_beside(path: Path) -> Path:
    return path.with_name(f".{path.name}{UNFINISHED}")
