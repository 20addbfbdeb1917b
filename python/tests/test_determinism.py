"""The marts depend on what the rows say: not on their order, their copies, or the threads."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from harness import GOLDEN, Build, BuildProject, assert_same_marts

# A day that the test of no look-ahead builds too, so that the build is there already.
AS_OF = "2025-09-29"
# Loaders deliver at least once. Planning files are written by hand, where a row that stands there
# twice may mean two things that happened.
LOADED = ("salesforce", "hubspot", "csv_export")
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


def test_the_order_of_rows_does_not_matter(build_project: BuildProject, tmp_path: Path) -> None:
    other = build_project(rewrite(GOLDEN, tmp_path, shuffled))
    assert assert_same_marts(build_project(GOLDEN), other) > 0


def test_rows_loaded_twice_do_not_matter(build_project: BuildProject, tmp_path: Path) -> None:
    build = build_project(GOLDEN)
    other = build_project(rewrite(GOLDEN, tmp_path, doubled))
    assert assert_same_marts(build, other, tables=without_copies(build)) > 0


def test_the_number_of_threads_does_not_matter(build_project: BuildProject) -> None:
    assert assert_same_marts(build_project(GOLDEN), build_project(GOLDEN, threads=4)) > 0


def test_what_the_tests_spare_dbt_does_not_matter(
    build_project: BuildProject, tmp_path: Path
) -> None:
    build_project(GOLDEN)
    kept = build_project(shutil.copytree(GOLDEN, tmp_path / "raw"))
    assert assert_same_marts(build_project(GOLDEN, by_dbt_alone=True), kept) > 0


def test_none_of_these_matters_to_a_generated_company(
    small_company: Path, build_project: BuildProject, tmp_path: Path
) -> None:
    """All at once, since every build of it takes a while."""
    build = build_project(small_company, as_of=AS_OF)
    twice = rewrite(small_company, tmp_path / "twice", doubled)
    shuffle = rewrite(twice, tmp_path / "shuffled", shuffled)
    other = build_project(shuffle, as_of=AS_OF, threads=4)
    assert assert_same_marts(build, other, tables=without_copies(build)) > 0


def without_copies(build: Build) -> list[str]:
    return [table for table in build.tables() if table not in COUNTS_COPIES]
