"""The project as a package of a project of another name, profile and schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from harness import PREFIX, REPO

DEALS = """\
id,owner,stage,created_date,close_date,amount
D-1,ana,Qualified,2025-05-02,2025-07-31,12000
D-2,ben,Closed Won,2025-04-11,2025-06-20,8500
"""
CONFIGURATION = {
    "name": "acme",
    "version": "1.0",
    "config-version": 2,
    "profile": "acme_warehouse",
    "vars": {"sales_metrics": {"raw_folder": "raw"}},
}
PROFILE = {
    "acme_warehouse": {
        "target": "prod",
        "outputs": {
            "prod": {"type": "duckdb", "path": "acme.duckdb", "schema": "analytics", "threads": 2}
        },
    }
}
FILES = {
    "dbt_project.yml": yaml.safe_dump(CONFIGURATION),
    "profiles.yml": yaml.safe_dump(PROFILE),
    "raw/csv_export/opportunities.csv": DEALS,
    "raw/as_of.csv": "as_of_date\n2025-07-01\n",
    "models/acme_deals.sql": "select * from {{ ref('sales_metrics', 'fct_opportunities') }}",
}


@dataclass(frozen=True)
class Project:
    folder: Path

    def dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        ours = {k: v for k, v in os.environ.items() if not k.startswith((PREFIX, "DBT_"))}
        return subprocess.run(
            [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *arguments],
            cwd=self.folder,
            env={**ours, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_USE_COLORS": "false"},
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *arguments: str) -> str:
        done = self.dbt(*arguments)
        assert done.returncode == 0, done.stdout[-5000:]
        return done.stdout

    @property
    def manifest(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / "target/manifest.json").read_text())
        return content

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "acme.duckdb"), read_only=True) as connection:
            return connection.sql(sql).fetchall()


def written(folder: Path, package: Mapping[str, str], files: Mapping[str, str]) -> Project:
    for name, text in {
        **FILES,
        "packages.yml": yaml.safe_dump({"packages": [dict(package)]}),
        **files,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    project = Project(folder)
    project.must("deps")
    return project


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = written(tmp_path_factory.mktemp("acme"), {"local": str(REPO)}, {})
    project.must("build")
    return project


def test_a_model_of_the_root_project_reads_a_mart(built: Project) -> None:
    assert built.rows("select count(*) from analytics.acme_deals") == [(2,)]


def test_the_root_project_names_the_schemas(built: Project) -> None:
    schemas = {node["schema"] for node in built.manifest["nodes"].values() if "schema" in node}
    rooms = {f"analytics_{room}" for room in ("seeds", "staging", "intermediate", "marts")}
    assert {name for name in schemas if "dbt_test" not in name} == {"analytics", *rooms}


def test_no_unit_test_runs_in_the_users_build(built: Project) -> None:
    assert built.manifest["unit_tests"] == {}
    assert len(built.manifest["exposures"]) > 3


def test_what_is_private_cannot_be_read(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {"local": str(REPO)},
        {"models/acme_deals.sql": "select * from {{ ref('sales_metrics', 'int_windows') }}"},
    )
    done = project.dbt("parse")
    assert done.returncode
    assert "int_windows" in done.stdout
    assert "private" in done.stdout


def test_it_is_installed_by_git_and_knows_the_rules_of_the_root_project(tmp_path: Path) -> None:
    """Its own macro names the schemas, and a source of its own is called like one of ours."""
    bare = tmp_path / "bare.git"
    cloned = subprocess.run(
        ["git", "clone", "-q", "--bare", str(REPO), str(bare)], capture_output=True, check=False
    )
    if cloned.returncode:
        pytest.skip("not a git checkout")
    head = subprocess.run(
        ["git", "-C", str(bare), "rev-parse", "HEAD"], capture_output=True, check=True, text=True
    )
    project = written(
        tmp_path / "acme",
        {"git": bare.as_uri(), "revision": head.stdout.strip()},
        {
            "macros/generate_schema_name.sql": (
                "{% macro generate_schema_name(custom_schema_name, node) -%}"
                "acme_{{ custom_schema_name or 'own' }}{%- endmacro %}"
            ),
            "models/sources.yml": yaml.safe_dump(
                {"sources": [{"name": "csv_export", "tables": [{"name": "invoices"}]}]}
            ),
        },
    )
    project.must("run", "--select", "stg_csv_export__opportunities")
    assert project.rows("select schema_name, view_name from duckdb_views() where not internal") == [
        ("acme_staging", "stg_csv_export__opportunities")
    ]
