"""Fixtures every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from harness import DEMO, REPO, Ask, BuildProject, Project, write_small_company

SHARED_DATA = Path(os.environ.get("SALES_METRICS_SHARED_DATA", REPO.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session")
def build_project(project: Project) -> BuildProject:
    """Builds the marts of a raw folder; see `harness.Project.build`."""
    return project.build


@pytest.fixture(scope="session")
def ask(project: Project) -> Ask:
    """Asks dbt what it would read of a raw folder; see `harness.Project.ask`."""
    return project.ask


@pytest.fixture(scope="session")
def manifest(project: Project) -> dict[str, Any]:
    return project.manifest()


@pytest.fixture(scope="session")
def compiled(project: Project) -> dict[str, str]:
    """The SQL of every model, as dbt compiles it for DuckDB."""
    return project.compiled()


@pytest.fixture(scope="session")
def demo_raw() -> Path:
    """The committed raw tables of the demo company."""
    return DEMO


@pytest.fixture(scope="session")
def small_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All raw tables of a generated company, later than any day a test builds it as of."""
    return write_small_company(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public data that are tried but never committed."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no public data here: set SALES_METRICS_SHARED_DATA to their folder")
    return SHARED_DATA
