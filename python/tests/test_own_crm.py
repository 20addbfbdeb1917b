"""What docs/own_crm.md prints is what a newcomer types: it builds, and every data test is green."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from harness import REPO, Build, BuildProject

AS_OF = "2025-07-31"


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest start of step 1, as it stands on the page, and the day of step 2."""
    page = (REPO / "docs" / "own_crm.md").read_text(encoding="utf-8")
    printed = re.search(r"`my_raw/csv_export/opportunities\.csv`:\n\n((?: {8}\S.*\n)+)", page)
    assert printed, "step 1 prints no sample"
    assert "`my_raw/as_of.csv` holds a header `as_of_date` and one ISO day" in page
    folder = tmp_path_factory.mktemp("my_raw")
    (folder / "csv_export").mkdir()
    sample = "".join(f"{line.strip()}\n" for line in printed[1].splitlines())
    (folder / "csv_export" / "opportunities.csv").write_text(sample, encoding="utf-8")
    (folder / "as_of.csv").write_text(f"as_of_date\n{AS_OF}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def build(raw: Path, build_project: BuildProject) -> Build:
    return build_project(raw)


def test_the_sample_builds_green(raw: Path, build: Build, build_project: BuildProject) -> None:
    tested = build_project(raw, tests=True, select="test_type:data", database=build.database)
    assert sum(name.startswith("test.") for name in tested.statuses) > 300
    assert not {name for name, status in tested.statuses.items() if status == "warn"}


def test_the_sample_is_what_the_page_says_of_it(build: Build) -> None:
    deals = build.query(
        "select opportunity_id, rep_id, status, created_on, closed_on, amount::int"
        " from marts.fct_opportunities order by 1"
    )
    assert deals == [
        ("D-1", "ana", "open", dt.date(2025, 5, 2), None, 12_000),
        ("D-2", "ben", "won", dt.date(2025, 4, 11), dt.date(2025, 6, 20), 8_500),
    ]
    measured = build.query("select distinct metric_id from marts.metric_values")
    assert ("closed_won_count",) in measured
    # By their rows alone every win was qualified and no loss was.
    unknown = {"win_rate", "win_rate_t90", "win_rate_value_t90"}
    # Nor are these instrumented until a history is there.
    unknown |= {"sales_cycle_days_t90", "skipped_stage_rate", "backward_rate"}
    assert not unknown & {metric for (metric,) in measured}


def test_what_is_not_known_of_the_company_is_not_known_of_its_parts(build: Build) -> None:
    places = build.query(
        "select period_start, count(*) filter (where scope = 'company'), count(*)"
        " from marts.metric_values where metric_id = 'past_due_share'"
        " and period_type = 'day' group by 1 order by 1"
    )
    # Only today's rows tell close dates, and only of the as-of day.
    assert [(day, company) for day, company, _ in places] == [(dt.date.fromisoformat(AS_OF), 1)]
    assert places[0][2] > 1
