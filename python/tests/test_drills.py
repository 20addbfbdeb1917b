"""README's recipes, followed to the letter in a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

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
def project(tmp_path: Path, parsed: Path) -> Path:
    """The project as it is tracked, and what dbt keeps of it."""
    copied(tmp_path)
    (tmp_path / "target").mkdir()
    shutil.copy(parsed, tmp_path / "target")
    return tmp_path


def copied(folder: Path) -> None:
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
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPO / name, folder / name)


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


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What dbt keeps of the project as it is: of a copy it parses what the drill changes alone."""
    folder = tmp_path_factory.mktemp("parsed")
    copied(folder)
    outcome = dbt(folder, "parse")
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    return folder / "target" / "partial_parse.msgpack"


def build(
    folder: Path, raw: Path = GOLDEN, select: str = "", *, tests: bool = True, **extra: str
) -> subprocess.CompletedProcess[str]:
    """`dbt build` in a copy; without `tests` where the test itself looks at all that matters."""
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    if not tests:
        arguments += ["--exclude-resource-type", "test"]
    if select:
        arguments += ["--indirect-selection", "buildable", "--select", *select.split()]
    return dbt(folder, *arguments, SALES_METRICS_RAW=str(raw), **extra)


def dbt(folder: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    settings = {
        # The same for every copy: dbt takes up nothing it parsed for another database.
        "SALES_METRICS_DUCKDB": "drill.duckdb",
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        **extra,
    }
    return subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), *arguments, "--profiles-dir", "profiles"],
        cwd=folder,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_new_measure_gives_the_value_that_plain_sql_gives(copy: Path) -> None:
    replace(copy / "macros" / "event_measures.sql", *NAME)
    outcome = build(copy, select="+metric_values", tests=False)
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
    select = "+fct_opportunities +dim_reps +int_raw_audit"
    return build(project, raw, select, SALES_METRICS_AS_OF_DATE="2025-06-30")


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
    select = "+fct_opportunities +dim_reps +metric_values"
    outcome = build(project, raw, select, tests=False, SALES_METRICS_AS_OF_DATE="2025-06-30")
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


# What one CRM knows of the invented company and the other does not, or says in words of its own.
OF_ONE_CRM = {
    "fct_opportunities": {
        *("opportunity_id", "account_id", "team_id", "type", "lead_source"),
        # HubSpot has no forecast category of a stage; its next step was not landed.
        *("forecast_category", "health_reasons"),
    },
    # Only HubSpot's stamps have milliseconds.
    "fct_stage_visits": {"entered_at", "exited_at", "days_in_stage", "team_id"},
    "fct_stage_transitions": {"moved_at"},
    "fct_closings": {"team_id"},
    "forecast_deals": {"team_id"},
    "fct_activities": {"activity_id", "account_id", "team_id", "occurred_at"},
}


OTHERS = ("metric_values", "dim_reps", "int_planned_reps_unknown")


def test_one_company_in_two_crms_is_the_same_in_both_and_counts_twice(
    project: Path, shared_data: Path
) -> None:
    """Quillwort of the public data, in Salesforce and in HubSpot; all amounts by hand."""
    orgs = shared_data / "orgs"
    if not (orgs / "hubspot_fivetran.duckdb").exists():
        pytest.skip("the invented company is not among the public data here")
    raw = project / "raw"
    shutil.copytree(orgs / "fivetran_csv", raw)
    (raw / "hubspot").mkdir()
    with duckdb.connect(str(orgs / "hubspot_fivetran.duckdb"), read_only=True) as connection:
        for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            connection.execute(f"copy hubspot.{name} to '{raw / 'hubspot' / name}.parquet'")
    ana, ben = (f"salesforce:00500000000000{n}AAA" for n in (2, 3))
    people = project / "seeds" / "mappings" / "people_map.csv"
    people.write_text(
        f"source,crm_rep_id,rep_id\nhubspot,9002,{ana}\nhubspot,9003,{ben}\n"
        "hubspot,9004,salesforce:005000000000004AAA\n",
        encoding="utf-8",
    )
    # Ana by her plain id too, and Ben as HubSpot knows him, which is not his id here.
    quotas = [(ana[11:26], 1000), (ana, 4000), (ben, 2000), ("9003", 8000)]
    landings.comma(
        raw / "planning" / "quotas.csv",
        [{"rep": rep, "month": f"2025-0{n + 5}", "amount": q} for n, (rep, q) in enumerate(quotas)],
    )
    target = {"segment": "smb", "quarter": "2025-06-01", "metric": "closed_won_amount"}
    landings.comma(raw / "planning" / "targets.csv", [{**target, "amount": 9000}])
    select = " ".join(f"+{table}" for table in (*OF_ONE_CRM, *OTHERS))
    outcome = build(project, raw, select, tests=False)
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    with duckdb.connect(str(project / "drill.duckdb"), read_only=True) as connection:

        def ask(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql).fetchall()

        # Per CRM: 12,000.50 + 95,000 + 4,000 + 28,000 + 21,000 EUR / 0.88 won; 8,000 + 50,000 +
        # 18,000 lost; 60,000 + 9,000 + 15,000 GBP / 0.8 open. A merged duplicate is Salesforce's.
        assert ask(
            "select split_part(opportunity_id, ':', 1), status, count(*), sum(amount)::text"
            " from marts.fct_opportunities where status <> 'deleted' group by all order by all"
        ) == [
            (crm, *of)
            for crm in ("hubspot", "salesforce")
            for of in (("lost", 3, "76000.00"), ("open", 5, "87750.00"), ("won", 5, "162864.14"))
        ]
        assert ask(
            "select rep_id, sum(metric_value)::decimal(18, 2)::text from marts.metric_values"
            " where metric_id = 'closed_won_amount' and scope = 'rep' and period_type = 'quarter'"
            " and metric_value <> 0 group by all order by all"
        ) == [(ana, "269728.28"), (ben, "56000.00")]
        assert ask(
            "select sum(metric_value)::decimal(18, 2)::text from marts.metric_values"
            " where metric_id = 'closed_won_amount' and scope = 'company'"
            " and period_type = 'quarter'"
        ) == [("325728.28",)]
        assert ask(
            "select rep_id, sum(amount)::int from staging.stg_planning__quotas"
            " group by all order by all"
        ) == [("hubspot:9003", 8000), (ana, 5000), (ben, 2000)]
        assert ask("from intermediate.int_planned_reps_unknown") == [("hubspot:9003",)]
        assert ask("select count(*) from marts.dim_reps where rep_name = 'Ana Lind'") == [(1,)]

        for table, of_one in OF_ONE_CRM.items():
            kept = ", ".join(
                f"f.{name}"
                for (name, *_) in ask(f"describe marts.{table}")
                if name not in {*of_one, "opportunity_id"}
            )
            rows = (
                f"select o.name as deal, {kept} from marts.{table} as f"
                " join marts.fct_opportunities as o using (opportunity_id)"
                " where o.name not like 'Duplicate%' and opportunity_id like '{crm}:%'"
            )
            one, other = (rows.format(crm=crm) for crm in ("salesforce", "hubspot"))
            assert ask(f"select count(*) > 9 from ({one})") == [(True,)], table
            assert ask(f"({one} except all {other})") == [], table
            assert ask(f"({other} except all {one})") == [], table
