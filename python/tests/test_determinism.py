"""The marts depend on what the rows say: not on their order, their copies, or the threads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from harness import GOLDEN, Build, BuildProject, assert_same_marts, write_small_company

# Loaders deliver at least once. Planning files are written by hand, where a row that stands there
# twice may mean two things that happened.
LOADED = ("salesforce", "csv_export")
# Tells how many copies there were, so it must differ.
COUNTS_COPIES = ("data_quality",)


def shuffled(relation: str) -> str:
    return f"select * from {relation} as r order by md5('other order' || cast(r as varchar))"


def doubled(relation: str) -> str:
    return f"select * from {relation} union all select * from {relation}"


def _parquet(file: Path) -> str:
    return f"read_parquet('{file}')"


def _csv(file: Path) -> str:
    return f"read_csv('{file}', all_varchar = true, header = true)"


def rewrite(raw_folder: Path, target: Path, change: Callable[[str], str]) -> Path:
    """A copy of the raw folder with every loaded table changed."""
    for file in sorted(path for path in raw_folder.rglob("*") if path.is_file()):
        copy = target / file.relative_to(raw_folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if file.parent.name not in LOADED:
            copy.write_bytes(file.read_bytes())
        elif file.suffix == ".parquet":
            duckdb.sql(f"copy ({change(_parquet(file))}) to '{copy}' (format parquet)")
        else:
            duckdb.sql(f"copy ({change(_csv(file))}) to '{copy}' (header)")
    return target


@pytest.fixture(scope="module", params=["golden", "generated"])
def raw_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "golden":
        return GOLDEN
    return write_small_company(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def build(raw_folder: Path, build_project: BuildProject) -> Build:
    return build_project(raw_folder)


def test_the_order_of_rows_does_not_matter(
    raw_folder: Path, build: Build, build_project: BuildProject, tmp_path: Path
) -> None:
    other = build_project(rewrite(raw_folder, tmp_path, shuffled))
    assert assert_same_marts(build, other) > 0


def test_rows_loaded_twice_do_not_matter(
    raw_folder: Path, build: Build, build_project: BuildProject, tmp_path: Path
) -> None:
    other = build_project(rewrite(raw_folder, tmp_path, doubled))
    tables = [table for table in build.tables() if table not in COUNTS_COPIES]
    assert assert_same_marts(build, other, tables=tables) > 0


def test_the_number_of_threads_does_not_matter(
    raw_folder: Path, build: Build, build_project: BuildProject
) -> None:
    assert assert_same_marts(build, build_project(raw_folder, threads=1)) > 0
