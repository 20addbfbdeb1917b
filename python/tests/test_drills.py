"""README's recipes, followed to the letter in a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import landings
import toy_crm
from crm_rules import forgotten, naming_a_crm
from harness import GOLDEN, REPO

# A measure nobody has yet, and a metric of it.
COLUMN = (
    "        1 as opportunities_created_count\n",
    "        1 as opportunities_created_count,\n"
    "        case when amount >= 20000 then 1 else 0 end as created_large_count\n",
)
NAME = (
    "['opportunities_created_count']",
    "['opportunities_created_count', 'created_large_count']",
)
MEASURE = 'created_large_count,opportunities,all,"1 at creation with an amount of 20,000 or more"\n'
METRIC = (
    "created_large_rate,Created large,created with an amount of 20 k or more / created,pipeline,2,"
    "rate,leading,share,up,period,ratio,created_large_count,opportunities_created_count,"
    "period,opportunities_created_count,true,all,company segment team,month quarter,10,false,false"
    "\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project as it is tracked."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *PARTS],
        cwd=REPO,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (REPO / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPO / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def copy(project: Path) -> Path:
    """With the new measure's column and both catalog rows."""
    replace(project / "models/intermediate/events/int_creation_events.sql", *COLUMN)
    for seed, row in (("measures", MEASURE), ("metrics", METRIC)):
        path = project / "seeds" / "catalog" / f"{seed}.csv"
        path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")
    return project


PARTS = ("dbt_project.yml", "models", "seeds", "macros", "tests", "analyses", "profiles", "docs")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, path
    path.write_text(text.replace(old, new), encoding="utf-8")


def build(folder: Path, raw: Path = GOLDEN, **extra: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "SALES_METRICS_RAW": str(raw),
        "SALES_METRICS_DUCKDB": str(folder / "drill.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        **extra,
    }
    command = [str(Path(sys.executable).parent / "dbt"), "build", "--profiles-dir", "profiles"]
    return subprocess.run(
        [*command, "--exclude-resource-type", "unit_test"],
        cwd=folder,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_new_measure_gives_the_value_that_plain_sql_gives(copy: Path) -> None:
    replace(copy / "macros" / "event_measures.sql", *NAME)
    outcome = build(copy)
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    with duckdb.connect(str(copy / "drill.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select period_start, numerator, denominator from marts.metric_values"
            " where metric_id = 'created_large_rate' and scope = 'company'"
            " and period_type = 'month' order by 1"
        ).fetchall()
        expected = connection.execute(
            "select date_trunc('month', valid_from_day)::date,"
            " count(*) filter (amount >= 20000), count(*)"
            " from intermediate.int_opportunity_versions where version_number = 1"
            " group by 1 order by 1"
        ).fetchall()
    assert found == expected
    assert sum(large for _, large, _ in found) not in (0, sum(n for *_, n in found))


def test_a_measure_that_nothing_counts_stops_the_build_by_name(copy: Path) -> None:
    outcome = build(copy)
    assert outcome.returncode
    assert "every_measure_of_the_catalog_is_summed" in outcome.stdout
    with duckdb.connect(str(copy / "drill.duckdb"), read_only=True) as connection:
        built = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
            " union all select view_name from duckdb_views() where schema_name = 'marts'"
        ).fetchall()
    assert ("metric_values",) not in built


def build_toy(project: Path) -> subprocess.CompletedProcess[str]:
    raw = toy_crm.write_raw(project / "raw")
    return build(project, raw, SALES_METRICS_AS_OF_DATE="2025-06-30")


def add_lines(project: Path) -> None:
    replace(project / "macros" / "staging" / "crm_sources.sql", *toy_crm.KNOWN)
    replace(project / "macros" / "staging" / "staged_tables.sql", *toy_crm.LISTED)


def test_a_new_crm_is_two_folders_seeds_and_two_lines(project: Path) -> None:
    toy_crm.add_toy(project)
    add_lines(project)
    outcome = build_toy(project)
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    with duckdb.connect(str(project / "drill.duckdb"), read_only=True) as connection:
        deals = connection.execute(
            "select opportunity_id, status, stage_id, amount, rep_id, team_id,"
            " cast(closed_on as varchar) from marts.fct_opportunities order by 1"
        ).fetchall()
        reps = connection.execute(
            "select rep_id, rep_name, team_id from marts.dim_reps where is_active order by 1"
        ).fetchall()
        audited = connection.execute(
            "select distinct table_name from intermediate.int_raw_audit"
            " where source_name = 'toy' order by 1"
        ).fetchall()
    assert deals == [
        ("d1", "won", "closed_won", 1200, "ana", "north", "2025-03-03"),
        ("d2", "lost", "closed_lost", 800, "ana", "north", "2025-02-14"),
        ("d3", "open", "serious", 500, "ben", "south", None),
    ]
    assert reps == [("ana", "Ana Lind", "north"), ("ben", "Ben Okoro", "south")]
    assert audited == [("deals",), ("sellers",), ("steps",)]


def test_what_is_forgotten_of_a_new_crm_is_named(project: Path) -> None:
    toy_crm.add_toy(project)
    assert forgotten(project) == [
        "known_crm_sources does not list toy",
        *(f"staged_tables does not list toy.{table}" for table in ("deals", "steps", "sellers")),
    ]
    add_lines(project)
    assert forgotten(project) == []
    adapter = "models/intermediate/crm/toy/int_toy__people.sql"
    staged = "models/staging/toy/stg_toy__opportunities.sql"
    (project / adapter).unlink()
    (project / staged).unlink()
    stage_map = project / "seeds" / "mappings" / "stage_map.csv"
    text = stage_map.read_text(encoding="utf-8")
    stage_map.write_text(text.replace(toy_crm.STAGES, ""), encoding="utf-8")
    assert forgotten(project) == [
        f"{staged} is missing",
        f"{adapter} is missing",
        "seeds/mappings/stage_map.csv has no stage of toy",
    ]
    listed = "models/intermediate/people/int_reps_listed.sql"
    replace(project / listed, "select * from reps", "select * from reps where 'toy' <> rep_id")
    assert naming_a_crm(project) == [listed]


ANA = "005000000000001AAA"


def two_crms(project: Path) -> Path:
    """Ana sells in Salesforce and in HubSpot, Ben in HubSpot alone."""
    raw = project / "raw"
    landings.airbyte(raw / "hubspot")
    deal = {"Id": "006000000000001AAA", "StageName": "Closed Won", "OwnerId": ANA, "Amount": "1000",
            "CreatedDate": "2025-01-05T09:00:00Z", "CloseDate": "2025-03-10", "IsClosed": "true",
            "IsWon": "true", "LastModifiedDate": "2025-03-10T09:00:00Z"}  # fmt: skip
    landings.comma(raw / "salesforce" / "opportunity.csv", [deal])
    landings.comma(raw / "salesforce" / "user.csv", [{"Id": ANA, "Name": "Ana Lind-Berg"}])
    quotas = [(ANA[:15], 1000), (f"salesforce:{ANA}", 2000), ("52", 4000)]
    landings.comma(
        raw / "planning" / "quotas.csv",
        [{"rep": rep, "month": f"2025-0{n + 3}", "amount": q} for n, (rep, q) in enumerate(quotas)],
    )
    target = {"segment": "smb", "quarter": "2025-03-01", "metric": "closed_won_amount"}
    landings.comma(raw / "planning" / "targets.csv", [{**target, "amount": 9000}])
    people = project / "seeds" / "mappings" / "people_map.csv"
    people.write_text(f"source,crm_rep_id,rep_id\nhubspot,51,salesforce:{ANA}\n", encoding="utf-8")
    return raw


def test_a_person_of_two_crms_is_one_rep(project: Path) -> None:
    raw = two_crms(project)
    outcome = build(project, raw, SALES_METRICS_AS_OF_DATE="2025-06-30")
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    ana = f"salesforce:{ANA}"
    with duckdb.connect(str(project / "drill.duckdb"), read_only=True) as connection:
        deals = connection.execute(
            "select opportunity_id, rep_id, status, stage_id from marts.fct_opportunities"
            " where status <> 'deleted' order by 1"
        ).fetchall()
        reps = connection.execute(
            "select distinct rep_id, rep_name from marts.dim_reps where rep_id <> 'unassigned'"
            " order by 1"
        ).fetchall()
        won = connection.execute(
            "select rep_id, cast(sum(metric_value) as decimal(18, 2)) from marts.metric_values"
            " where metric_id = 'closed_won_amount' and scope = 'rep' and period_type = 'quarter'"
            " and metric_value <> 0 group by 1"
        ).fetchall()
        quotas = connection.execute(
            "select rep_id, month_start, amount from staging.stg_planning__quotas order by 2"
        ).fetchall()
    assert deals == [
        ("hubspot:1001", ana, "won", "closed_won"),
        ("hubspot:1002", "hubspot:52", "lost", "closed_lost"),
        ("hubspot:1004", "unassigned", "open", "proposal"),
        ("salesforce:006000000000001AAA", ana, "won", "closed_won"),
    ]
    assert reps == [("hubspot:52", "Ben Oduya"), (ana, "Ana Lind-Berg")]
    # 1,000 in Salesforce and 500.50 in HubSpot.
    assert [(rep, str(amount)) for rep, amount in won] == [(ana, "1500.50")]
    assert [(rep, int(amount)) for rep, _, amount in quotas] == [
        (ana, 1000),
        (ana, 2000),
        ("hubspot:52", 4000),
    ]
