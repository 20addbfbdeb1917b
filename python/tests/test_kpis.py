"""The KPI seeds: what they forbid is found, and a trigger is a row of a seed and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from harness import DATABASE, GOLDEN, BuildProject, Project

OWNER = "a_kpi_has_no_second_owner"
ORPHAN = "every_kpi_has_an_owner"
BANDS = "bands_cover_the_line_without_gap_or_overlap"
RANGES = "ranges_of_segment_rules_do_not_overlap"
ACTIVITY = "an_activity_count_has_no_band_target_trigger_or_place_on_the_dashboard"
WATCHES = "a_trigger_watches_periods_scopes_and_slices_its_metric_has"
TRIGGER_COLUMNS = "trigger_id, metric_id, rule, threshold, consecutive_periods, period_type"

# What somebody might write into a seed, and the test that must find it.
DEFECTS = {
    "a KPI loses its owner": (
        ORPHAN,
        "delete from seeds.kpi_owners where metric_id = 'win_rate_t90'",
    ),
    "a KPI gets a second owner": (
        OWNER,
        "insert into seeds.kpi_owners select * from seeds.kpi_owners where metric_id = 'nrr'",
    ),
    "an unknown role owns a KPI": (
        "the_owner_of_a_kpi_is_a_known_role",
        "update seeds.kpi_owners set owner_role = 'somebody' where metric_id = 'nrr'",
    ),
    "a KPI has no decision": (
        "a_kpi_states_its_revenue_link_its_decision_and_its_cadence",
        "delete from seeds.kpi_standards where metric_id = 'nrr'",
    ),
    "bands overlap": (
        BANDS,
        "update seeds.kpi_bands set lower = 0.07"
        " where metric_id = 'reply_rate' and status = 'strong'",
    ),
    "bands leave a gap": (
        BANDS,
        "update seeds.kpi_bands set lower = 0.09"
        " where metric_id = 'reply_rate' and status = 'strong'",
    ),
    "the line of a tier has no beginning": (
        BANDS,
        "delete from seeds.kpi_bands"
        " where metric_id = 'win_rate_t90' and acv_tier = 'smb' and status = 'below'",
    ),
    "good and bad are exchanged": (
        BANDS,
        "update seeds.kpi_bands set status = case status when 'strong' then 'below' else 'strong'"
        " end where metric_id = 'nrr' and status in ('strong', 'below')",
    ),
    "ranges of segments overlap": (
        RANGES,
        "update seeds.segment_rules set lower_bound = 150"
        " where rule = 'employees' and segment = 'mid_market'",
    ),
    "a range of a segment has no end and others begin in it": (
        RANGES,
        "update seeds.segment_rules set upper_bound = null"
        " where rule = 'acv_band' and segment = 'smb'",
    ),
    "a range of a segment ends before it begins": (
        RANGES,
        "update seeds.segment_rules set upper_bound = -1"
        " where rule = 'employees' and segment = 'smb'",
    ),
    "an activity goes in no direction there is": (
        "rows_of_activity_types",
        "update seeds.activity_types set direction = 'out' where activity_type = 'call'",
    ),
    "a segment is of no tier there is": (
        "rows_of_segments",
        "update seeds.segments set acv_tier = 'midmarket' where segment = 'mid_market'",
    ),
    "windows are those of no tier there is": (
        "rows_of_metric_windows",
        "update seeds.metric_windows set acv_tier = 'midmarket'",
    ),
    "a stage is neither won nor not won": (
        "rows_of_stage_map",
        "update seeds.stage_map set is_won = null where stage_id = 'prospecting'",
    ),
    "a trigger names an unknown rule": (
        "a_trigger_names_a_rule_the_project_knows",
        "update seeds.kpi_triggers set rule = 'sinking' where trigger_id = 'nrr_low'",
    ),
    "a trigger names an unknown metric": (
        "a_trigger_names_a_metric_of_the_catalog",
        "update seeds.kpi_triggers set metric_id = 'nrr_rate' where trigger_id = 'nrr_low'",
    ),
    "a trigger watches weeks of a monthly metric": (
        WATCHES,
        "update seeds.kpi_triggers set period_type = 'week' where trigger_id = 'nrr_low'",
    ),
    "a trigger compares with a baseline that is not kept": (
        WATCHES,
        "update seeds.kpi_triggers set rule = 'pct_change_below' where trigger_id = 'nrr_low'",
    ),
    "a trigger asks an amount for an interval": (
        WATCHES,
        "update seeds.kpi_triggers set evidence = 'interval', evidence_z = 1.96"
        " where trigger_id = 'deal_size_drop'",
    ),
    "an activity count gets a band": (
        ACTIVITY,
        "insert into seeds.kpi_bands (metric_id, acv_tier, compared, status)"
        " values ('calls_count', 'all', 'value', 'target')",
    ),
    "an activity count gets a trigger": (
        ACTIVITY,
        f"insert into seeds.kpi_triggers ({TRIGGER_COLUMNS})"
        " values ('calls_low', 'calls_count', 'below', 100, 1, 'week')",
    ),
    "an activity count gets a target": (
        ACTIVITY,
        "create or replace table staging.stg_planning__targets as"
        " select 'meetings_booked_count' as metric_id",
    ),
    "an activity count is managed": (
        ACTIVITY,
        "update seeds.metrics set is_managed = true where metric_id = 'demos_run_count'",
    ),
    "an activity count stands on a scorecard": (
        ACTIVITY,
        "update seeds.scorecard_metrics set role = 'value' where metric_id = 'calls_count'",
    ),
    "a layer is only seen after the fact": (
        "every_layer_has_a_leading_metric",
        "update seeds.metrics set timing = 'lagging' where layer = 2",
    ),
    "too few metrics are managed": (
        "five_to_eight_metrics_are_managed",
        "update seeds.metrics set is_managed = metric_id = 'nrr'",
    ),
    "a check fails more rows than it looked at": (
        "no_check_fails_more_rows_than_it_looked_at",
        "update marts.data_quality set rows_failing = rows_checked + 1",
    ),
    "too many metrics are managed": (
        "five_to_eight_metrics_are_managed",
        "update seeds.metrics set is_managed = true where stack = 'outcome'",
    ),
}


@pytest.fixture(scope="module")
def tests(project: Project) -> dict[str, str]:
    return project.compiled_tests("path:tests/invariants path:seeds")


@pytest.fixture
def built(build_project: BuildProject, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the golden world's database, under the name the tests are compiled for."""
    shutil.copy(build_project(GOLDEN).database, tmp_path / DATABASE)
    connection = duckdb.connect()
    try:
        connection.execute(f"attach '{tmp_path / DATABASE}' as built")
        connection.execute("use built")
        yield connection
    finally:
        connection.close()


@pytest.mark.parametrize("planted", DEFECTS)
def test_a_defect_of_the_seeds_is_found(
    planted: str, tests: dict[str, str], built: duckdb.DuckDBPyConnection
) -> None:
    name, defect = DEFECTS[planted]
    before = built.execute(tests[name]).fetchall()
    built.execute(defect)
    found = built.execute(tests[name])
    columns = [column[0] for column in found.description or []]
    rows = found.fetchall()
    assert len(rows) > len(before), f"{name} does not see that {planted}"
    if "sentence" in columns:
        sentences = [row[columns.index("sentence")] for row in rows]
        assert all(str(sentence).endswith(".") for sentence in sentences)


def test_a_ratio_is_promised_where_its_measures_meet(
    tests: dict[str, str], built: duckdb.DuckDBPyConnection
) -> None:
    """Who began to log calls a year after the last deal was created has no calls per deal."""
    promised = tests["metric_values_hold_what_the_catalog_promises"]
    ratio = "calls_per_opportunity_created"
    built.execute(
        "create or replace view marts.metric_values as"
        f" select * from intermediate.int_metric_values_unioned where metric_id <> '{ratio}'"
    )
    assert built.execute(promised).fetchall() == [(ratio,)]
    built.execute(
        "update intermediate.int_measures_daily set measured_on = measured_on + 9999"
        " where measure_id = 'calls_count'"
    )
    assert built.execute(promised).fetchall() == []


def test_a_trigger_is_a_row_of_a_seed_and_nothing_else(
    build_project: BuildProject, tmp_path: Path
) -> None:
    """One row on a KPI that exists; then only what reads the seed is built again."""
    before = build_project(GOLDEN)
    database = tmp_path / before.database.name
    shutil.copy(before.database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"""
            insert into seeds.kpi_triggers ({TRIGGER_COLUMNS}, scopes, min_n, evidence,
                severity, escalate_to, escalate_after_periods)
            values ('not_all_won', 'win_rate_t90', 'below', 1.1, 2, 'month', 'company', 1,
                'point', 'warning', 'ceo', 1)
            """
        )
    after = build_project(
        GOLDEN,
        database=database,
        select="int_trigger_scopes int_kpi_judgements int_kpi_breach_openings"
        " int_kpi_breach_periods kpi_breaches",
    )
    assert not before.query("select 1 from marts.kpi_breaches where trigger_id = 'not_all_won'")
    judged = after.query(
        """
        select period_end, metric_value from marts.kpi_status
        where metric_id = 'win_rate_t90' and period_type = 'month' and scope = 'company'
            and n >= 1 and metric_value is not null
        order by 1
        """
    )
    ((opened_on, closed_on, periods, opening_value, owner, escalated_on),) = after.query(
        """
        select opened_on, closed_on, periods_in_breach, opening_value, owner_role, escalated_on
        from marts.kpi_breaches where trigger_id = 'not_all_won'
        """
    )
    # A win rate is always below 1.1: it opens with the second month, escalates with the third.
    assert (opened_on, opening_value) == judged[1]
    assert closed_on is None
    assert periods == len(judged) - 1
    assert owner == "vp_sales"
    assert escalated_on == (judged[2][0] if len(judged) > 2 else None)
