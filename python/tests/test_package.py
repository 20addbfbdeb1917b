"""The project as a package of a project of another name, profile and schema."""

from __future__ import annotations

import json
import os
import shutil
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
from publishing_harness import call
from sales_metrics.dbt_runs.reading import Reading
from sales_metrics.doctor.checks import judged
from sales_metrics.errors import USAGE
from sales_metrics.expectations.reconciling import STAGE_COLUMNS
from sales_metrics.expectations.suites import marts_suite
from sales_metrics.project import code_hash, configured_rows, database_path, package_folder

DEALS = """\
id,owner,stage,created_date,close_date,amount,loss_reason,segment,type
D-1,ana,Angebot,2025-05-02,2025-07-31,12000,,KONZERN,NEUKUNDE
D-2,ben,Gewonnen,2025-04-11,2025-06-20,8500,,Konzern,
D-3,ben,Verloren,2025-04-12,2025-06-21,9500,zu teuer,Laden,
D-4,ben,gewonnen,2025-04-12,2025-06-22,700,,Laden,
"""
# Every road of docs/package.md: a table in place of ours, and rows over ours, added or changed.
TABLES = {
    "stage_map": """\
source,raw_stage,stage_id,stage_name,pipeline_id,stage_order,is_qualified,is_won,is_lost,expected_days
csv_export,Erstgespräch,first_talk,First talk,sales,1,false,false,false,10
csv_export,Angebot,offer,Offer,sales,2,true,false,false,20
csv_export,Gewonnen,won,Won,sales,3,true,true,false,
csv_export,gewonnen,won,Won,sales,3,true,true,false,
csv_export,Verloren,lost,Lost,sales,4,false,false,true,
""",
    "kpi_bands": "metric_id,acv_tier,status,lower\nreply_rate,all,watch,0.025\n",
    "kpi_roles": "role,name\nvp_sales,Ana Castro\nhead_of_bids,Ben Roth\n",
    "kpi_triggers": """\
trigger_id,metric_id,rule,threshold,consecutive_periods,period_type,scopes,slice_id,\
from_quarter_share,history_days,min_n,evidence,evidence_z,evidence_margin,severity,escalate_to,\
escalate_after_periods
acme_wins_low,acme_win_share,below,0.5,1,quarter,company,,,,,point,,,warning,vp_sales,1
""",
    "metrics": """\
metric_id,label,formula,stack,layer,kind,timing,unit,better,window_id,method,numerator,denominator,\
denominator_window_id,n_measure,has_interval,slice_type,scopes,period_types,min_n,matures,is_managed
acme_win_share,Wins of a year,won / decided,outcome,3,rate,lagging,share,up,t365,ratio,\
won_standing_count,decided_qualified_count,t365,decided_qualified_count,false,all,company,quarter,\
1,false,false
""",
    "kpi_owners": """\
metric_id,tier,owner_role,escalate_to,intervention,intervention_hours,stake
acme_win_share,team,head_of_bids,vp_sales,read the lost bids,48,proportional
""",
    "kpi_standards": """\
metric_id,revenue_link,decision,replaces,cadence,tier
acme_win_share,Bids won are revenue.,Bid for fewer.,,quarterly,team
""",
    "segment_rules": "rule,raw_value,segment\nfield_value,Konzern ,enterprise\n",
    "opportunity_types": "raw_type,motion\nNeukunde,new_logo\n",
    "loss_reason_map": "raw_reason,loss_reason\nZu teuer,price\n",
}
CONFIGURATION: dict[str, Any] = {
    "name": "acme",
    "version": "1.0",
    "config-version": 2,
    "profile": "acme_warehouse",
    "vars": {
        "sales_metrics": {"raw_folder": "raw", **{name: f"acme_{name}" for name in TABLES}},
        # Of another package, and called like a table of ours.
        "segment": "all",
    },
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
    **{f"seeds/acme_{name}.csv": text for name, text in TABLES.items()},
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
    assert built.rows("select count(*) from analytics.acme_deals") == [(4,)]


def test_the_stages_are_those_of_the_root_project(built: Project) -> None:
    stages = built.rows(
        "select opportunity_id, stage_id, status, loss_reason"
        " from analytics_marts.fct_opportunities order by all"
    )
    assert stages == [
        ("D-1", "offer", "open", None),
        ("D-2", "won", "won", None),
        ("D-3", "lost", "lost", "price"),
        ("D-4", "won", "won", None),
    ]


def test_words_of_the_root_project_are_read_in_any_case_of_letters(built: Project) -> None:
    assert built.rows(
        "select opportunity_id, segment from analytics_marts.fct_opportunities order by all"
    ) == [("D-1", "enterprise"), ("D-2", "enterprise"), ("D-3", "Laden"), ("D-4", "Laden")]
    assert built.rows(
        "select sum(new_logo_qualified_count) from analytics_intermediate.int_qualification_events"
    ) == [(1,)]
    assert built.rows(
        "select rows_failing from analytics_marts.data_quality"
        " where check_id = 'unmapped_opportunity_type'"
    ) == [(0,)]


def test_a_metric_is_a_row_and_a_trigger_on_it_another(built: Project) -> None:
    share = (
        "select metric_value from analytics_marts.metric_values where metric_id = 'acme_win_share'"
        " and not is_complete"
    )
    assert built.rows(share) == [(1.0,)]
    assert built.rows(
        "select owner_role, owner_name from analytics_marts.dim_metrics"
        " where metric_id = 'acme_win_share'"
    ) == [("head_of_bids", "Ben Roth")]


def test_a_changed_threshold_is_one_row_and_all_others_are_ours(built: Project) -> None:
    (words,) = built.rows(
        "select band_text from analytics_intermediate.int_kpi_bands_described"
        " where metric_id = 'reply_rate' and acv_tier = 'all'"
    )
    assert words == (
        "strong 8.0 % and more; target 3.0 % to 8.0 %; watch 2.5 % to 3.0 %; below under 2.5 %",
    )


def test_the_root_project_names_the_schemas(built: Project) -> None:
    schemas = {node["schema"] for node in built.manifest["nodes"].values() if "schema" in node}
    rooms = {f"analytics_{room}" for room in ("seeds", "staging", "intermediate", "marts")}
    assert {name for name in schemas if "dbt_test" not in name} == {"analytics", *rooms}


def test_the_audit_goes_by_the_rows_of_the_root_project(tmp_path: Path) -> None:
    """`run` in a project of a user: its own stages, metrics of both, and the package's contract."""
    project = written(tmp_path, {"local": str(REPO)}, {}).folder
    stages = configured_rows(project, "stage_map", None, *STAGE_COLUMNS)
    assert {row["raw_stage"]: row["is_won"] for row in stages} == {
        "Erstgespräch": "false", "Angebot": "false", "Gewonnen": "true", "gewonnen": "true",
        "Verloren": "false",
    }  # fmt: skip
    units = {
        row["metric_id"]: row["unit"] for row in configured_rows(project, "metrics", "metric_id")
    }
    assert units["acme_win_share"] == "share"
    assert len(units) == len(configured_rows(REPO, "metrics", "metric_id")) + 1
    assert package_folder(project).resolve() == REPO
    assert code_hash(project) != code_hash(REPO)
    found = [one.sentence for one in marts_suite(project)]
    assert len(found) > len(marts_suite(tmp_path / "nothing"))


def test_no_unit_test_runs_in_the_users_build(built: Project) -> None:
    assert built.manifest["unit_tests"] == {}
    assert len(built.manifest["exposures"]) > 3


@pytest.fixture
def copied(built: Project, tmp_path: Path) -> Project:
    """The project as built, to be edited."""
    folder = shutil.copytree(built.folder, tmp_path / "acme", symlinks=True)
    return Project(folder)


def test_what_is_private_cannot_be_read(copied: Project) -> None:
    model = copied.folder / "models/acme_deals.sql"
    model.write_text("select * from {{ ref('sales_metrics', 'int_windows') }}", encoding="utf-8")
    done = copied.dbt("parse")
    assert done.returncode
    assert "int_windows" in done.stdout
    assert "private" in done.stdout


def configured(project: Project, **settings: Any) -> Project:
    """With more said in its dbt_project.yml."""
    told = yaml.safe_dump({**CONFIGURATION, **settings})
    (project.folder / "dbt_project.yml").write_text(told, encoding="utf-8")
    return project


def test_what_is_checked_before_a_build_of_ours_is_no_condition_of_a_users_own(
    copied: Project,
) -> None:
    shutil.rmtree(copied.folder / "raw")
    configured(copied, vars={**CONFIGURATION["vars"], "raw_schema": "landing"})
    copied.must("build", "--select", "acme_deals")
    done = copied.dbt("build", "--select", "acme_deals", "dim_dates")
    assert done.returncode
    assert (
        "The var raw_schema is none of the project; did you mean raw_schemas? One of your own"
        " stands under the name of your project: vars: {acme: {raw_schema: ...}}."
    ) in done.stdout
    configured(copied, vars={**CONFIGURATION["vars"], "acme": {"raw_schema": "landing"}})
    done = copied.dbt("build", "--select", "acme_deals", "dim_dates")
    assert done.returncode
    assert "No table of a CRM was found in the raw folder 'raw'" in done.stdout


def test_a_table_of_a_user_with_the_name_of_one_of_ours_does_not_stand_in_its_place(
    copied: Project,
) -> None:
    """dbt takes it for ours, in every model, unless a flag says otherwise."""
    opened = "select 'D-1' as opportunity_id"
    (copied.folder / "models/fct_opportunities.sql").write_text(opened, encoding="utf-8")
    done = copied.dbt("build", "--select", "forecast_deals")
    assert done.returncode
    assert (
        "The model fct_opportunities of your project has the name of one of sales_metrics, and dbt"
        " would read yours in its place. Say in your dbt_project.yml flags:"
        " {require_ref_searches_node_package_before_root: true}, or give yours another name."
    ) in done.stdout
    configured(copied, flags={"require_ref_searches_node_package_before_root": True})
    copied.must("build", "--select", "acme.fct_opportunities", "rows_of_fct_opportunities")


def test_run_refuses_what_it_could_not_publish_before_it_builds(copied: Project) -> None:
    profile = yaml.safe_load(yaml.safe_dump(PROFILE))
    profile["acme_warehouse"]["target"] = "{{ env_var('ACME_TARGET', 'prod') }}"
    (copied.folder / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    done = call("run", "--json", cwd=copied.folder)
    report = json.loads(done.stdout)
    assert (done.returncode, list(report["seconds"])) == (USAGE, ["freshness of sources"])
    assert "builds into another file, whatever SALES_METRICS_DUCKDB says" in report["errors"][0]
    profile["acme_warehouse"]["outputs"]["prod"]["path"] = database_path("acme.duckdb")
    (copied.folder / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    done = call("run", "--json", cwd=copied.folder)
    report = json.loads(done.stdout)
    assert (done.returncode, list(report["seconds"])) == (USAGE, ["freshness of sources"])
    sentence = "The project names the schema of the public tables analytics_marts, and `run`"
    assert report["errors"][0].startswith(sentence)
    (told, *_) = judged(Reading(marts="analytics_marts"))
    assert (told.status, told.sentence.startswith(sentence)) == ("setting", True)


def test_schemas_and_the_database_may_be_called_otherwise(copied: Project) -> None:
    """Personal columns are those of our marts, wherever they lie; a schema of the user's alone may
    have the name of the database file.
    """
    (copied.folder / "acme.duckdb").rename(copied.folder / "analytics.duckdb")
    profile = (copied.folder / "profiles.yml").read_text(encoding="utf-8")
    (copied.folder / "profiles.yml").write_text(
        profile.replace("acme.duckdb", "analytics.duckdb"), encoding="utf-8"
    )
    ours = {
        **CONFIGURATION["vars"]["sales_metrics"],
        "personal_columns": {"dim_reps": ["rep_name"]},
    }
    marts = {"sales_metrics": {"marts": {"+schema": "sales"}}}
    configured(copied, vars={"sales_metrics": ours}, models=marts)
    told = copied.must("run", "--select", "dim_dates")
    assert "analytics_sales.dim_dates" in told


def test_an_instant_is_the_same_in_whatever_zone_the_users_session_stands(tmp_path: Path) -> None:
    profile = yaml.safe_load(yaml.safe_dump(PROFILE))
    profile["acme_warehouse"]["outputs"]["prod"]["settings"] = {"TimeZone": "America/New_York"}
    project = written(
        tmp_path,
        {"local": str(REPO)},
        {"profiles.yml": yaml.safe_dump(profile)},
    )
    place = project.folder / "raw/csv_export/stage_changes.parquet"
    duckdb.sql(
        "copy (select 'D-1' as opportunity_id, 'Angebot' as stage,"
        f" timestamptz '2025-05-03 01:30:00+00' as changed_at) to '{place}'"
    )
    (project.folder / "raw/csv_export/leads.csv").write_text(
        "id,created_at\nL-1,2025-05-03T01:30:00Z\nL-2,2025-05-03T01:30:00-02:00\n", encoding="utf-8"
    )
    # Tables, because a view of files is read from the folder of the project alone.
    configured(project, models={"sales_metrics": {"staging": {"+materialized": "table"}}})
    names = ("stg_csv_export__stage_changes", "stg_csv_export__leads")
    project.must("run", "--select", *names)
    changes, leads = (f"analytics_staging.{name}" for name in names)
    # As texts: Python would show an instant in a zone of its own.
    at = "cast(cast({} as timestamp) as varchar)"
    assert project.rows(f"select {at.format('changed_at')} from {changes}") == [
        ("2025-05-03 01:30:00",)
    ]
    assert project.rows(f"select {at.format('created_at')} from {leads} order by lead_id") == [
        ("2025-05-03 01:30:00",),
        ("2025-05-03 03:30:00",),
    ]


@pytest.mark.parametrize(
    ("name", "rows", "sentence"),
    [
        (
            "kpi_bands",
            "metric_id,acv_tier,status,lower\nreply_rate,all,good,0.025\n",
            "The table acme_kpi_bands, which the var kpi_bands names: status takes strong, target,"
            " watch, below, and says 'good' in 1 row.",
        ),
        (
            "kpi_triggers",
            "trigger_id,threshold\nnrr_lo,0.9\n",
            "The table acme_kpi_triggers, which the var kpi_triggers names: metric_id says",
        ),
        (
            "kpi_roles",
            "role,name\nhead_of_bids,Ben Roth\nvp_sales,Ana Castro\nvp_sales ,Eva Lind\n",
            "The table acme_kpi_roles, which the var kpi_roles names: one row for each role is"
            " wanted, and there are more of 'vp_sales' in 1 row.",
        ),
        (
            "kpi_triggers",
            "trigger_id,metric_id,rule,threshold,consecutive_periods,escalate_after_periods\n"
            "nrr_low,nrr,sinking,0.9,1,1\n",
            "The table acme_kpi_triggers, which the var kpi_triggers names: rule takes below,"
            " above, share_above, points_below_baseline, pct_change_below, declining,"
            " age_multiple_above, and says 'sinking' in 1 row.",
        ),
        (
            "stage_map",
            "source,raw_stage,stage_id,stage_name,pipeline_id,stage_order,is_qualified,is_won,"
            "is_lost\ncsv_export,Angebot,offer,Offer,sales,2,true,false,\n",
            "The table acme_stage_map, which the var stage_map names: is_lost says 'nothing' in 1"
            " row.",
        ),
        (
            "loss_reason_map",
            "raw_reason,loss_reason\nzu teuer,price\nZu teuer,price\n",
            "The table acme_loss_reason_map, which the var loss_reason_map names: one row for each"
            " raw_reason is wanted, and there are more of 'zu teuer' in 1 row.",
        ),
        (
            "loss_reason_map",
            "raw_reason,los_reason\nzu teuer,price\n",
            "The table acme_loss_reason_map, which the var loss_reason_map names, has the column"
            " los_reason, which loss_reason_map does not have; did you mean loss_reason?",
        ),
    ],
)
def test_a_row_that_breaks_a_rule_ends_in_a_sentence(
    copied: Project, name: str, rows: str, sentence: str
) -> None:
    (copied.folder / f"seeds/acme_{name}.csv").write_text(rows, encoding="utf-8")
    test = "rows_of_yours_keep_the_rules_of_ours"
    done = copied.dbt("build", "--full-refresh", "--select", f"acme_{name}", test)
    assert done.returncode
    assert sentence in " ".join(done.stdout.split())


def test_ranges_of_segments_that_overlap_end_in_a_sentence(copied: Project) -> None:
    (copied.folder / "seeds/acme_segment_rules.csv").write_text(
        "rule,lower_bound,upper_bound,segment\n"
        "employees,0,200,smb\nemployees,150,2000,mid_market\nemployees,2000,,enterprise\n",
        encoding="utf-8",
    )
    test = "ranges_of_segment_rules_do_not_overlap"
    done = copied.dbt("build", "--full-refresh", "--select", "acme_segment_rules", test)
    assert done.returncode
    assert (
        f"sales_metrics: {test}: The ranges smb and mid_market of the rule employees in"
        " segment_rules overlap at 150.00: end the first where the second begins."
    ) in " ".join(done.stdout.split())


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
