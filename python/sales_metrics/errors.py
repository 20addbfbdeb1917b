"""The one exception of the package: its text is a sentence the user can act on.

Whatever opens a file does it `about` that file, so that the sentence names it: not the folder that
was worked on, nor the one somebody else was working on.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import json
import os
import re
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import duckdb
import yaml

from sales_metrics.privacy import masked, masked_lines

# What `sales-metrics` exits with; docs/operations.md says what to do about each.
PUBLISHED, CHECK_FAILED, USAGE, LOCKED, STOPPED = 0, 1, 2, 3, 130

SERVES = "the old build still serves."
# How DuckDB says that the disk it spills to is full, also where memory is what it misses.
NO_SPILL = "failed to offload"
FULL = ("No space left", "not enough", NO_SPILL)
OUT_OF_MEMORY = (
    "DuckDB needs more memory than it may use: give it more in SALES_METRICS_MEMORY_LIMIT, or fewer"
    f" threads in SALES_METRICS_THREADS, and run again; {SERVES}"
)
# What reading a file brings up when it is another than it should be.
OF_CONTENT = (ValueError, TypeError, LookupError, AttributeError, csv.Error, yaml.YAMLError)
QUOTED_PATH = re.compile(r"[\"'](/[^\"'\n]+)[\"']")
# How DuckDB says that a file is none of its own, or no longer.
CUT_OFF = (
    *("not a valid DuckDB database file", "Could not read enough bytes", "Serialization Error"),
    # Of a file that DuckDB takes for a table, such as a CSV file.
    "Cannot launch in-memory database in read-only mode",
)
LACKING = re.compile(r'Table with name "?([\w.]+)"? does not exist')
HOLDER = re.compile(r"\(PID (\d+)\)")
# Shown nowhere, not even among the details of what nobody expected.
SECRETS = ("SALES_METRICS_WEBHOOK_URL",)


class SalesMetricsError(Exception):
    """Something the user can put right; each sentence says what and how."""

    def __init__(self, *sentences: str, exit_code: int = USAGE) -> None:
        # Words of the data and of libraries end in logs and files that many may read, and names of
        # files need not be text.
        self.sentences = tuple(
            masked(" ".join(one.encode("utf-8", "backslashreplace").decode().split()))
            for one in sentences
        )
        super().__init__(" ".join(self.sentences))
        self.exit_code = exit_code


@contextlib.contextmanager
def about(place: Path, remedy: str = "") -> Iterator[None]:
    """Tells what goes wrong inside as a sentence about the file `place`, with what to do."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        told = str(from_system(error, place)).rstrip(".")
        raise SalesMetricsError(f"{told}{remedy and '; '}{remedy}.") from error
    except OF_CONTENT as error:
        raise SalesMetricsError(f"{place} {_content(error)}{remedy and '; '}{remedy}.") from error


def from_system(error: Exception, place: Path | None) -> SalesMetricsError:
    """What the operating system or DuckDB refuses, as a sentence about the file it is about.

    That is the file the error names; only if it names none, it is `place`.
    """
    text = str(error)
    named = named_file(error)
    where = str(named or place or "The output")
    if lacks_memory(text):
        return SalesMetricsError(OUT_OF_MEMORY)
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT) or lacks_space(text):
        return SalesMetricsError(
            f"The disk of {where} is full: free some space and run again; {SERVES}"
        )
    if number in (errno.EACCES, errno.EPERM, errno.EROFS) or "Permission denied" in text:
        if named and named.exists() and not os.access(named, os.R_OK):
            return SalesMetricsError(
                f"{where} cannot be read: give the user who runs this read permission; {SERVES}"
            )
        return SalesMetricsError(
            f"{where} cannot be written: give the user who runs this write permission, or name"
            f" another folder; {SERVES}"
        )
    if "Could not set lock" in text or "Conflicting lock" in text:
        if named and named.name == "serve.duckdb":
            holder = HOLDER.search(text)
            process = f" (process {holder.group(1)})" if holder else ""
            return SalesMetricsError(
                f"{where} is open for writing in another program{process}: close it there, for who"
                " reads opens it read-only, and run again."
            )
        return SalesMetricsError(
            f"{where} is open in another program: close it there and run again."
        )
    if any(words in text for words in CUT_OFF):
        return SalesMetricsError(f"{where} is no whole DuckDB file: it was cut off, or is foreign.")
    if lacking := LACKING.search(text):
        return SalesMetricsError(f"{where} holds no table {lacking[1]}: build it first.")
    if isinstance(error, duckdb.CatalogException):
        first = text.splitlines()[0].removeprefix("Catalog Error: ").rstrip("!.")
        return SalesMetricsError(f"{where} does not hold what is asked of it: {first}.")
    if number is None and "Is a directory" in text:
        number = errno.EISDIR
    if words := _SYSTEM.get(number or 0):
        return SalesMetricsError(f"{where} cannot be used: {words}.")
    reason = error.strerror if isinstance(error, OSError) else None
    first = reason or (text.strip().splitlines() or [type(error).__name__])[0]
    return SalesMetricsError(f"{where} cannot be used: {first}")


def lacks_memory(text: str) -> bool:
    return "Out of Memory Error" in text and NO_SPILL not in text


def lacks_space(text: str) -> bool:
    return any(words in text for words in FULL)


def told_of(error: Exception, place: Path) -> SalesMetricsError:
    """Whatever it is, as sentences; `place`: what it is about if it names no file."""
    if isinstance(error, SalesMetricsError):
        return error
    if isinstance(error, (OSError, duckdb.Error)):
        return from_system(error, place)
    return unexpected(error)


def is_of_values(error: duckdb.Error) -> bool:
    """Whether it is about what was read: it names no file, and memory was not short."""
    return not (named_file(error) or isinstance(error, duckdb.OutOfMemoryException))


def named_file(error: Exception) -> Path | None:
    """The file an error is about, if it says so; of a renaming, the new name."""
    if isinstance(error, OSError):
        name = error.filename2 or error.filename
        return Path(os.fsdecode(name)) if isinstance(name, (str, bytes)) else None
    paths = [Path(found) for found in QUOTED_PATH.findall(str(error))]
    return next((path for path in paths if path.exists()), None)


def unexpected(error: BaseException, folder: Path | None = None) -> SalesMetricsError:
    """The last resort, for what nobody thought of: a sentence, and the details in a file."""
    details = masked_lines("".join(traceback.format_exception(error)))
    for secret in filter(None, (os.environ.get(name, "").strip() for name in SECRETS)):
        details = details.replace(secret, "...")
    try:
        if folder is None:
            handle, name = tempfile.mkstemp(prefix="sales-metrics-", suffix=".log")
            os.close(handle)
            path = Path(name)
        else:
            path = folder / "details.log"
        path.write_text(details, encoding="utf-8", errors="backslashreplace")
        where = f"the details are in {path}"
    except OSError:
        where = "and the details could not be written"
    return SalesMetricsError(
        f"Something went wrong that this program does not know ({type(error).__name__}); {where}.",
        exit_code=CHECK_FAILED,
    )


_SYSTEM = {
    errno.ENOENT: "it is not there, or not any more",
    errno.EISDIR: "it is a folder where a file should be",
    errno.ENOTDIR: "a file stands where a folder should be",
    errno.EEXIST: "a file stands where a folder should be",
    errno.ENOTEMPTY: "a folder that is not empty stands there",
    errno.ELOOP: "its links lead in a circle",
    errno.EIO: "its disk cannot read or write it",
    errno.ESTALE: "its network disk is gone",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EXDEV: "it lies on another disk than what it is made of",
    errno.EMFILE: "too many files are open",
    errno.ENOMEM: "the machine is out of memory",
}


def _content(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no whole JSON file (line {error.lineno})"
    if isinstance(error, UnicodeDecodeError):
        return f"is no text in UTF-8 (byte {error.start})"
    if isinstance(error, yaml.YAMLError):
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        line = f"line {mark.line + 1}: " if mark else ""
        return f"is no valid YAML ({line}{problem})"
    if isinstance(error, LookupError):
        return f"lacks {error}"
    return f"has another shape than it must have ({error})"
