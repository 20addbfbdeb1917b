"""The folder of published builds.

    serve             link to the build that is served: replacing it is the one act of publishing
    serve.duckdb      link to serve/serve.duckdb, for dashboards
    parquet           link to serve/parquet
    builds/<id>/      a whole build: serve.duckdb, parquet/, build.json, the pages
    builds/.partial*  a build being written, or being deleted: swept by the next run
    .work/            where dbt builds, and what only the job may read: the key of the masks

Both links point through `serve`, so the database and the Parquet files change in one instant.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from sales_metrics.errors import SalesMetricsError, about, from_system
from sales_metrics.privacy import masked_all

PARTIAL = ".partial-"
# Named so that an attached build is `serve`: a database and a schema `marts` would be ambiguous.
DATABASE, PARQUET, INFO = "serve.duckdb", "parquet", "build.json"
# In the private folder `.work`: what outlives a run there.
MASK_KEY, CACHE = "mask.key", "cache"
# Where the folder is a disk of its own, or somebody keeps a file in it, not all in it is a build.
ID = re.compile(r"\d{8}T\d{6}\.\d{3}Z", re.ASCII)
LOST = "lost+found"
# The fingerprint of raw files nobody looked at.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class BuildInfo:
    """What is known of a build beside its tables."""

    build_id: str
    as_of_date: str
    started_at: str
    finished_at: str
    code_hash: str
    git_commit: str | None
    raw_fingerprint: str
    # Rows by public table.
    rows: Mapping[str, int] = field(default_factory=dict)
    # What landed, by raw table: what the next load is compared with.
    landed: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Any) -> BuildInfo:
        """From JSON; what a later version of this program added is left out."""
        if not isinstance(content, dict):
            raise TypeError("it must hold names with values")
        # Of what is not needed it may lack all; of the rest, the first is named.
        known = {"rows": {}, "landed": {}, **content}
        found = cls(**{one.name: known[one.name] for one in fields(cls)})
        texts = (found.build_id, found.as_of_date, found.finished_at, found.code_hash)
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("its days and names must be texts")
        if not isinstance(found.rows, dict) or not isinstance(found.landed, dict):
            raise TypeError("rows and landed must hold names with values")
        return found

    def write(self, path: Path) -> None:
        content = {**asdict(self), "landed": masked_all(self.landed)}
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8")


@dataclass(frozen=True)
class Store:
    folder: Path

    @property
    def builds(self) -> Path:
        return self.folder / "builds"

    @property
    def work(self) -> Path:
        return self.folder / ".work"

    @property
    def serve(self) -> Path:
        return self.folder / "serve"

    def build(self, build_id: str) -> Path:
        return self.builds / build_id

    def partial(self, build_id: str) -> Path:
        return self.builds / f"{PARTIAL}{build_id}"

    def database(self, build_id: str) -> Path:
        return self.build(build_id) / DATABASE

    def ids(self) -> list[str]:
        """Whole builds, the oldest first; ids sort by time."""
        if not self.builds.exists():
            return []
        with about(self.builds):
            found = [path.name for path in self.builds.iterdir() if path.is_dir()]
        return sorted(name for name in found if ID.fullmatch(name))

    def served_id(self) -> str | None:
        try:
            build_id = self.serve.readlink().name
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise from_system(error, self.serve) from error
            raise SalesMetricsError(
                f"{self.serve} is no link, so this program did not make it: move it away."
            ) from error
        return build_id if self.build(build_id).is_dir() else None

    def info(self, build_id: str) -> BuildInfo:
        folder = self.build(build_id)
        if not folder.is_dir():
            listed = ", ".join(self.ids()) or "none yet"
            raise SalesMetricsError(
                f"There is no build {build_id} in {self.folder}; kept are: {listed}."
            )
        remedy = f"`sales-metrics rollback` to another build, then delete {folder}"
        with about(folder / INFO, remedy):
            return BuildInfo.of(json.loads((folder / INFO).read_text(encoding="utf-8")))

    def served(self) -> BuildInfo | None:
        build_id = self.served_id()
        return self.info(build_id) if build_id else None

    def resolve(self, word: str) -> str:
        """The id meant by `served`, `previous`, an id, or the beginning of just one."""
        ids = self.ids()
        served = self.served_id()
        if word == "served" and served:
            return served
        if word == "previous":
            before = [one for one in ids if served is None or one < served]
            if before:
                return before[-1]
            raise SalesMetricsError(f"No build before the served one is kept in {self.folder}.")
        meant = [one for one in ids if one == word] or [one for one in ids if one.startswith(word)]
        if len(meant) == 1:
            return meant[0]
        if meant:
            raise SalesMetricsError(f"{word} could be any of {', '.join(meant)}: write more of it.")
        raise SalesMetricsError(
            f"There is no build {word} in {self.folder}; kept are: {', '.join(ids) or 'none yet'}."
        )

    def new_id(self, now: dt.datetime) -> str:
        """Sorts after every build there is, even when a clock was set back."""
        build_id = now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"
        last = (self.ids() or [""])[-1]
        return build_id if build_id > last else _next_after(last)


def switch(store: Store, build_id: str) -> None:
    """Serves a whole build: one rename, before which readers see the old one, after it the new."""
    for name in (DATABASE, PARQUET):
        link, wanted = store.folder / name, Path(store.serve.name) / name
        if not link.is_symlink() or link.readlink() != wanted:
            _point(link, wanted)
    # Last, for after it nothing may fail.
    _point(store.serve, Path("builds") / build_id)
    fsync(store.folder)


def sweep(store: Store) -> list[str]:
    """Clears what a killed run left behind; only under the lock."""
    left: list[Path] = [*store.folder.glob(".new-*")]
    if store.builds.is_dir():
        left += store.builds.glob(f"{PARTIAL}*")
    if store.work.is_dir():
        stays = (CACHE, MASK_KEY, LOST)
        left += [path for path in store.work.iterdir() if path.name not in stays]
    for path in left:
        delete(path)
    return [path.name for path in left if not path.exists()]


def prune(store: Store, keep: int) -> list[str]:
    """Deletes the oldest builds beyond `keep`, and never the one that is served."""
    served = store.served_id()
    ids = store.ids()
    old = [build_id for build_id in ids[: max(len(ids) - keep, 0)] if build_id != served]
    for build_id in old:
        # Half a deleted build must not look like a build.
        store.build(build_id).rename(store.partial(build_id))
        delete(store.partial(build_id))
    return old


def fsync(path: Path) -> None:
    """Makes a file, or the names in a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        fsync(path)
    fsync(folder)


@contextlib.contextmanager
def work_folder(store: Store, build_id: str) -> Iterator[Path]:
    """A folder for one run; what a killed run leaves is swept by the next."""
    # Work files hold what staging keeps to itself, such as e-mail addresses.
    store.work.mkdir(mode=0o700, exist_ok=True)
    folder = store.work / build_id
    folder.mkdir()
    try:
        yield folder
    finally:
        delete(folder)


def _point(link: Path, target: Path) -> None:
    new = link.with_name(f".new-{link.name}")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)


def delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _next_after(last: str) -> str:
    stamp = dt.datetime.strptime(last, "%Y%m%dT%H%M%S.%fZ") + dt.timedelta(milliseconds=1)
    return stamp.strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"
