"""Where the dbt project lies, and what identifies its code and its raw input."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from sales_metrics.errors import SalesMetricsError

PROJECT = Path(__file__).resolve().parents[2]
CODE = ("models", "seeds", "macros", "dbt_project.yml")
# Settings of a run that change its numbers as an edit of the project would.
SETTINGS = ("SALES_METRICS_RAW_FORMATS",)


def check_project(project: Path) -> None:
    if not (project / "dbt_project.yml").is_file():
        raise SalesMetricsError(
            f"There is no dbt project in {project}: start in the project's folder, or name it with"
            " --project-dir."
        )


def code_hash(project: Path) -> str:
    """Of all that can change a number: models, seeds, macros, the vars."""
    settings = [f"{name}={os.environ.get(name, '')}" for name in SETTINGS]
    files = (path for part in CODE for path in _files(project / part))
    return _hashed(project, files, settings)


def raw_fingerprint(raw: Path) -> str:
    """Of every raw file's name and content."""
    return _hashed(raw, _files(raw), [])


def git_commit(project: Path) -> str | None:
    """The commit the project stands at, with a `+` where tracked files differ from it."""
    commit = _git(project, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return None
    return commit + ("+" if _git(project, "status", "--porcelain", "--untracked-files=no") else "")


def _git(project: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments], capture_output=True, check=False, text=True
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return sorted(path for path in place.rglob("*") if path.is_file())


def _hashed(root: Path, files: Iterable[Path], texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    for path in files:
        digest.update(str(path.relative_to(root)).encode("utf-8", "surrogateescape") + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
