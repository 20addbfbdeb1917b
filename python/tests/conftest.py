"""Fixtures every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from harness import DEMO, REPO, Ask, Build, BuildProject, Project, locked, write_small_company

# What takes minutes starts first, so that no worker is left alone with it at the end.
LONG = (
    "test_spark",
    "test_no_look_ahead",
    "test_package",
    "test_drills",
    "test_loaders",
    "test_hubspot_company",
    "test_golden",
    "test_instrumented",
    "test_determinism",
    "test_raw_values",
)
SHARED_DATA = Path(os.environ.get("SALES_METRICS_SHARED_DATA", REPO.parent / "shared" / "data"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all workers of the session."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Project:
    return Project(tmp_path_factory.mktemp("dbt"), shared)


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
def small_company(shared: Path) -> Path:
    """All raw tables of a generated company, later than any day a test builds it as of."""
    folder = shared / "small_company"
    with locked(shared):
        # Written beside and renamed: what bears the name is whole.
        if not folder.exists():
            write_small_company(shared / "unfinished").rename(folder)
    return folder


@pytest.fixture(scope="session")
def demo(build_project: BuildProject, demo_raw: Path) -> Build:
    """The demo company as of its own last day, 29 September 2025."""
    return build_project(demo_raw)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public data that are tried but never committed."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no public data here: set SALES_METRICS_SHARED_DATA to their folder")
    return SHARED_DATA
