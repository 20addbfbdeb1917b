"""Calls dbt on a work file and says in sentences what it has against the build."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sales_metrics.errors import (
    CHECK_FAILED,
    OUT_OF_MEMORY,
    USAGE,
    SalesMetricsError,
    lacks_memory,
    lacks_space,
)
from sales_metrics.stopping import heed

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
CACHE = "partial_parse.msgpack"
# Unit tests prove the code on given rows, which the change to the code has done already.
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
# Where dbt says who called a macro; of no use to the one who has to mend the raw folder.
TRACE = re.compile(
    r"^\s*(> in macro|> called by|in macro|called by|compiled code at|Got \d+ result)"
)
HEADER = re.compile(
    r"^(Encountered an error while running operation: )?"
    r"(Compilation|Runtime|Database|Parsing|Dbt|Validation|Env var)\w* Error\b"
)
# How DuckDB names a file that it may not read, or that is no Parquet or gzip file, and not one
# whose values do not suit a query.
FORBIDDEN = re.compile(r'[Ff]ile "([^"]+)": Permission denied')
NO_PARQUET = re.compile(
    r"(?:\b[Ff]ile |describe select \* from read_parquet\()'([^']+[.]parquet)'", re.IGNORECASE
)
NO_GZIP = re.compile(r"(?:Unexpected end of|Input is not a) GZIP stream: (.+?[.]gz)\b", re.I)
SETTING = re.compile(
    r"\bThe (environment )?var(iable)? \w|\bThe (date|amount) format '|no time zone"
    r"|SALES_METRICS_\w+ says|Env var required|dbt_project\.yml"
    r"|profiles?\.yml|Could not find profile"
    r"|disk is full:|more memory than it may use|open in another program|cannot be read: give"
)


@dataclass(frozen=True)
class DbtOutcome:
    success: bool
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    counts: Mapping[str, int]
    exit_code: int


def build(
    *,
    project: Path,
    profiles: Path,
    target: str | None,
    work: Path,
    cache: Path,
    raw: str,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    select: Sequence[str] = (),
) -> DbtOutcome:
    """`dbt build` into `work`/work.duckdb, its artifacts and log beside it."""
    arguments = [
        *("build", *WITHOUT_UNIT_TESTS),
        *(["--select", *select] if select else []),
    ]
    last = _called(
        arguments,
        project=project,
        profiles=profiles,
        target=target,
        work=work,
        cache=cache,
        raw=raw,
        progress=progress,
    )
    return outcome(last)


def run_models(
    select: Sequence[str],
    *,
    vars: str,
    project: Path,
    profiles: Path,
    work: Path,
    cache: Path,
    raw: str,
) -> DbtOutcome:
    """`dbt run` of some models into `work`/work.duckdb; `vars`: as JSON."""
    last = _called(
        ["run", "--select", *select, "--vars", vars],
        project=project,
        profiles=profiles,
        target=None,
        work=work,
        cache=cache,
        raw=raw,
    )
    return outcome(last)


def ask(
    macro: str,
    *,
    project: Path,
    profiles: Path,
    target: str | None,
    work: Path,
    cache: Path,
    raw: str,
) -> tuple[DbtOutcome, Mapping[str, Any]]:
    """What a macro tells, also when it refuses in the end."""
    last = _called(
        ["run-operation", macro],
        project=project,
        profiles=profiles,
        target=target,
        work=work,
        cache=cache,
        raw=raw,
    )
    return outcome({**last, "results": []}), last["said"]


def _called(
    command: Sequence[str],
    *,
    project: Path,
    profiles: Path,
    target: str | None,
    work: Path,
    cache: Path,
    raw: str,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> dict[str, Any]:
    """The last message of dbt, called on work/work.duckdb with its artifacts and log beside it."""
    folder = work / "target"
    folder.mkdir(exist_ok=True)
    if (cache / CACHE).exists() and not (folder / CACHE).exists():
        (folder / CACHE).write_bytes((cache / CACHE).read_bytes())
    arguments = [
        *command,
        *("--project-dir", str(project), "--profiles-dir", str(profiles)),
        *("--target-path", str(folder), "--log-path", str(work / "logs")),
        *("--no-send-anonymous-usage-stats", "--no-use-colors"),
        *(["--target", target] if target else []),
    ]
    environment = {
        **os.environ,
        "SALES_METRICS_DUCKDB": str(work / "work.duckdb"),
        "SALES_METRICS_RAW": raw,
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": os.pathsep.join(
            [str(PACKAGE_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        ),
        "PYTHONWARNINGS": "ignore",
    }
    last = _listen(arguments, environment, progress, work / "dbt.stderr")
    if (folder / CACHE).exists():
        cache.mkdir(parents=True, exist_ok=True)
        kept = cache / f"{CACHE}.new"
        kept.write_bytes((folder / CACHE).read_bytes())
        kept.replace(cache / CACHE)
    return last


def _listen(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    progress: Callable[[int, int], None],
    errors: Path,
) -> dict[str, Any]:
    last: dict[str, Any] = {}
    with (
        errors.open("wb") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "sales_metrics.dbt_runs.dbt_child", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=dict(environment),
        ) as child,
    ):
        assert child.stdout is not None
        for line in child.stdout:
            heed()
            try:
                message = json.loads(line)
            except ValueError:
                # Not of this program: a library that prints where it should not.
                continue
            if "of" in message:
                progress(message["done"], message["of"])
            else:
                last = message
    if not last:
        text = errors.read_text(encoding="utf-8", errors="replace").strip()
        if text and child.returncode > 0:
            raise SalesMetricsError(f"dbt could not be run: {text.splitlines()[-1]}")
        raise SalesMetricsError(
            f"dbt ended before it was done (exit code {child.returncode}), as when the machine runs"
            " out of memory: run again, with fewer SALES_METRICS_THREADS if it happens again."
        )
    return last


def outcome(last: Mapping[str, Any]) -> DbtOutcome:
    """What the child's last message means."""
    results: list[dict[str, Any]] = last["results"]
    counts: dict[str, int] = {}
    for result in results:
        counts[result["status"]] = counts.get(result["status"], 0) + 1
    failed = [_sentence(one) for one in results if one["status"] in ("error", "fail")]
    warnings = [_sentence(one) for one in results if one["status"] == "warn"]
    if not last["success"] and not failed:
        told = [last["exception"] or "", *last["errors"]]
        # A trace of dbt itself is in its log.
        said = [one for one in told if one.strip() and not one.lstrip().startswith("Traceback")]
        failed = [_plain(text) for text in said] or ["dbt failed without a word."]
    sentences = tuple(dict.fromkeys(failed))
    return DbtOutcome(
        success=bool(last["success"]),
        sentences=sentences,
        warnings=tuple(dict.fromkeys(warnings)),
        counts=counts,
        exit_code=exit_code(sentences),
    )


def exit_code(sentences: Iterable[str]) -> int:
    """What is to be mended: a setting, or else what landed or the code."""
    return USAGE if any(SETTING.search(sentence) for sentence in sentences) else CHECK_FAILED


def _sentence(result: Mapping[str, Any]) -> str:
    failing = f"{result['failures']} rows" if result["failures"] else "the test found rows"
    if result["status"] == "error":
        if result["kind"] == "operation":
            return _plain(result["message"] or "")
        return f"{result['kind']} {result['name']}: {_plain(result['message'] or '')}"
    if result["broken"]:
        return " ".join(result["broken"])
    if result["test"] and result["model"]:
        where = ".".join(part for part in (result["model"], result["column"]) if part)
        return f"{where}: the test {result['test'].replace('_', ' ')} fails for {failing}."
    return f"It does not hold that {result['name'].replace('_', ' ')}: {failing}."


def _plain(text: str) -> str:
    """dbt's words without its headers and the trace of macros."""
    lines = [line.strip() for line in text.strip().splitlines()]
    kept: list[str] = []
    for line in lines:
        if TRACE.match(line):
            if kept:
                break
            continue
        if line and not HEADER.match(line):
            kept.append(line)
    said = " ".join(kept) or " ".join(lines)
    if "Could not set lock" in said:
        return "The work file is open in another program: close it there and run again."
    if lacks_memory(said):
        return OUT_OF_MEMORY
    if lacks_space(said):
        return "The disk is full: free some space and run again; the old build still serves."
    if file := FORBIDDEN.search(said):
        return f"{file[1]} cannot be read: give the user who runs this read permission."
    if file := NO_PARQUET.search(said):
        return (
            f"{file[1]} is no whole Parquet file: the export was cut off or the name is wrong;"
            " export it again."
        )
    if file := NO_GZIP.search(said):
        return (
            f"{file[1]} is no whole gzip file: the load was cut off or the name is wrong;"
            " load it again."
        )
    return re.sub(r"^Encountered an error:\s*", "", said)
