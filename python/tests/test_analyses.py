"""Every analysis runs on the demo build and answers with rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

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


def test_the_glossary_says_thresholds_in_words_and_which_triggers_are_off() -> None:
    told = glossary(REPO)
    for line in (
        "- Trigger `reply_rate_low`, off: below 3 %, 2 weeks in a row; rep; warning, to "
        "sdr_manager.",
        "- Trigger `pipeline_created_drop`: 20 % worse than the same weeks of four quarters, "
        "weekly; company, segment, team; warning, to vp_sales.",
        "- Trigger `stage_conversion_drop`: 5 points worse than the same weeks of four "
        "quarters, weekly; company, segment, team; critical, to vp_sales.",
        "- Trigger `win_rate_declining`, off: over 1 % worse than the period before, 2 months"
        " in a row; company, segment, team; warning, to ceo.",
        "- Trigger `lead_response_slow` (hot): above 30 minutes, weekly; company, segment, "
        "team; critical, to sales_manager.",
        "- Trigger `coverage_low_mid_quarter`, off: below 2, weekly, once 45 % of the quarter"
        " is over; company; critical, to board.",
        "- Bands, all: below under 12 %; watch from 12 to under 15 %; target from 15 to under"
        " 25 %; strong from 25 %.",
        "- Bands, all, against the baseline: below under -5 points; target from -5 to under 0"
        " points; strong from 0 points.",
    ):
        assert line in told.splitlines()


@pytest.mark.parametrize("family", ["activity", "pipeline", "outcome"])
def test_a_family_table_says_of_a_metric_what_the_catalog_says(family: str) -> None:
    with (REPO / "seeds" / "catalog" / "metrics.csv").open(newline="", encoding="utf-8") as file:
        catalog = [*csv.DictReader(file)]
    said = {one["metric_id"]: f"{one['label']}: {one['formula']}" for one in catalog}
    path = REPO / "models" / "marts" / "metrics" / f"{family}_metrics.yml"
    (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    told = {one["name"]: " ".join(one["description"].split()) for one in model["columns"]}
    names = said.keys() & told.keys()
    assert names
    assert [name for name in names if not told[name].startswith(said[name])] == []
