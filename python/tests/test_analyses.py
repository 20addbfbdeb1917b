"""Every analysis runs on the demo build and answers with rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import DEMO, REPO, Build, Project
from sales_metrics.glossary import glossary

AS_OF = (DEMO / "as_of.csv").read_text().split()[1]
ANALYSES = sorted((REPO / "analyses").glob("*.sql"))


@pytest.mark.parametrize("path", ANALYSES, ids=lambda path: path.stem)
def test_an_analysis_answers(path: Path, project: Project, demo: Build, demo_raw: Path) -> None:
    assert demo.rows(project.analysis(path.stem, demo_raw, as_of=AS_OF))


def test_enterprise_leaks_at_proposal(project: Project, demo: Build, demo_raw: Path) -> None:
    first = demo.rows(project.analysis("where_does_enterprise_leak", demo_raw, as_of=AS_OF))[0]
    assert first["stage_id"] == "proposal"
    assert first["hidden_leak"]
    assert first["owner_name"]


def test_the_glossary_is_fresh() -> None:
    written = (REPO / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert written == glossary(REPO), "run `sales-metrics glossary`"
