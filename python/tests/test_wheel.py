"""The wheel carries the dbt project: who installs it needs no clone."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from harness import PREFIX, REPO

CARRIED = ("dbt_project.yml", "models", "macros", "seeds", "tests", "analyses", "profiles", "data")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the tracked files alone, as a release is."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    tracked = subprocess.run(
        ["git", "-C", str(REPO), "checkout-index", "-a", f"--prefix={source}/"],
        capture_output=True,
        check=False,
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(target), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "No matching distribution found for setuptools" in built.stderr:
        pytest.skip("no package index to take setuptools from")
    assert built.returncode == 0, built.stderr
    (found,) = target.glob("*.whl")
    return found


def test_the_wheel_carries_every_file_dbt_reads(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--", *CARRIED], cwd=REPO, capture_output=True, check=True, text=True
    ).stdout.splitlines()
    with zipfile.ZipFile(wheel) as content:
        carried = set(content.namelist())
    assert len(tracked) > 500
    assert {f"sales_metrics/dbt_project/{name}" for name in tracked} <= carried


def test_an_installed_wheel_reads_the_demo_company_from_an_empty_folder(
    wheel: Path, tmp_path: Path
) -> None:
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    with zipfile.ZipFile(wheel) as content:
        content.extractall(installed)
    empty.mkdir()
    ours = {k: v for k, v in os.environ.items() if not k.startswith((PREFIX, "DBT_"))}
    done = subprocess.run(
        [sys.executable, "-m", "sales_metrics", "doctor"],
        cwd=empty,
        env={**ours, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"the dbt project {installed / 'sales_metrics' / 'dbt_project'}" in done.stdout
    assert "salesforce.opportunity, 24 columns" in done.stdout
    assert list(empty.iterdir()) == []
