"""What is not measured neither counts nor alarms: tiny companies whose CRM does not tell something.

Each world is the same handful of deals down the CSV export road, once with and once without the
column or the records in question. Quarters are calendar quarters.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import Build, BuildProject

VARS = {"fiscal_year_start_month": 1, "business_timezone": "UTC"}
# A Sunday, so that the week is complete and its coverage would be judged.
AS_OF = "2025-05-18"
VARS_OF = {"unpriced": {**VARS, "waived_columns": {"csv_export": {"opportunities": ["amount"]}}}}
REPS = [["id", "name", "team", "segment"], ["ida", "Ida Moss", "north", "smb"]]
TARGETS = [
    ["segment", "quarter", "metric", "amount"],
    ["all", "2025-01-01", "closed_won_amount", "4000"],
    ["all", "2025-04-01", "closed_won_amount", "4000"],
]
QUOTAS = [["rep", "month", "amount"], ["ida", "2025-04-01", "1000"]]
OPPORTUNITIES = [
    [
        "id",
        "owner",
        "stage",
        "amount",
        "created_date",
        "close_date",
        "loss_reason",
        "last_modified",
    ],
    # Was to close in March, was pushed into May and won in April.
    ["K1", "ida", "Closed Won", "900", "2025-01-13", "2025-04-10", "", "2025-04-10"],
    # Was to close in March and stands in June now.
    ["K2", "ida", "Demo", "1500", "2025-02-03", "2025-06-20", "", "2025-04-02"],
    ["K3", "ida", "Closed Lost", "700", "2025-02-10", "2025-03-20", "", "2025-03-20"],
    ["K4", "ida", "Closed Lost", "200", "2025-02-10", "2025-04-30", "", "2025-04-30"],
    ["K5", "ida", "Closed Won", "400", "2025-01-13", "2025-03-12", "", "2025-03-12"],
]
CHANGES = [
    ["opportunity_id", "changed_at", "stage", "amount", "close_date"],
    ["K1", "2025-01-13", "Qualified", "900", "2025-03-25"],
    ["K1", "2025-03-24", "Demo", "900", "2025-05-05"],
    ["K1", "2025-04-10", "Closed Won", "900", "2025-04-10"],
    ["K2", "2025-02-03", "Qualified", "1500", "2025-03-28"],
    ["K2", "2025-04-02", "Demo", "1500", "2025-06-20"],
    ["K3", "2025-02-10", "Qualified", "700", "2025-03-20"],
    ["K3", "2025-03-20", "Closed Lost", "700", "2025-03-20"],
    ["K4", "2025-02-10", "Qualified", "200", "2025-06-01"],
    ["K4", "2025-04-30", "Closed Lost", "200", "2025-04-30"],
    ["K5", "2025-01-13", "Qualified", "400", "2025-03-30"],
    ["K5", "2025-03-12", "Closed Won", "400", "2025-03-12"],
]
ACTIVITIES = [
    ["id", "owner", "created_date", "started_at", "type", "opportunity_id", "outcome"],
    *[[f"M{n}", "ida", f"2025-04-{n:02}", "", "email", "K2", ""] for n in range(1, 29)],
    *[[f"N{n}", "ida", f"2025-05-{n:02}", "", "email", "K2", ""] for n in range(1, 17)],
    *[[f"E{n}", "ida", f"2025-05-{n:02}", "", "email", "K2", ""] for n in range(1, 17)],
    ["V1", "ida", "2025-05-05", "2025-05-06", "meeting", "K2", "Held"],
    ["V2", "ida", "2025-05-07", "2025-05-08", "demo", "K2", "Held"],
]
Table = Sequence[Sequence[str]]
PLANS: Mapping[str, Table] = {"reps": REPS, "targets": TARGETS, "quotas": QUOTAS}


@dataclass(frozen=True)
class World:
    raw: Path
    build: Build


def write(folder: Path, **tables: Table) -> Path:
    for name, rows in tables.items():
        source = "planning" if name in ("targets", "quotas") else "csv_export"
        path = folder / source / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    return folder


def without(rows: Table, column: str) -> Table:
    place = rows[0].index(column)
    return [[cell for at, cell in enumerate(row) if at != place] for row in rows]


def with_cell(rows: Table, key: str, column: str, value: str) -> Table:
    place = rows[0].index(column)
    return [
        [value if row[0] == key and at == place else cell for at, cell in enumerate(row)]
        for row in rows
    ]


@pytest.fixture(scope="module")
def worlds(
    build_project: BuildProject, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, World]:
    common: dict[str, Table] = {**PLANS, "activities": ACTIVITIES}
    folder = tmp_path_factory.mktemp("worlds")
    told: dict[str, dict[str, Table]] = {
        "dated": {"opportunities": OPPORTUNITIES, "stage_changes": CHANGES},
        "undated": {
            "opportunities": OPPORTUNITIES,
            "stage_changes": without(CHANGES, "close_date"),
        },
        "unpriced": {
            "opportunities": without(OPPORTUNITIES, "amount"),
            "stage_changes": without(CHANGES, "amount"),
        },
    }
    found = {}
    for name, tables in told.items():
        raw = write(folder / name, **common, **tables)
        found[name] = World(raw, build_project(raw, as_of=AS_OF, vars=VARS_OF.get(name, VARS)))
    return found


@pytest.mark.parametrize("name", ["dated", "undated", "unpriced"])
def test_what_must_always_be_true_is_true_of_them(
    name: str, worlds: Mapping[str, World], build_project: BuildProject
) -> None:
    world = worlds[name]
    build_project(
        world.raw,
        as_of=AS_OF,
        vars=VARS_OF.get(name, VARS),
        tests=True,
        select="path:tests/invariants",
        database=world.build.database,
    )


def values(build: Build, metric: str, period_type: str = "week") -> dict[str, Any]:
    rows = build.query(
        "select cast(period_start as text), metric_value from marts.metric_values"
        " where metric_id = ? and period_type = ? and scope = 'company' and slice_type = 'all'",
        [metric, period_type],
    )
    return dict(rows)


def status(build: Build, metric: str, week: str) -> set[str]:
    rows = build.query(
        "select status from marts.kpi_status where metric_id = ? and period_type = 'week'"
        " and period_start = cast(? as date)",
        [metric, week],
    )
    return {found for (found,) in rows}


def buckets(build: Build, day: str) -> list[tuple[str, int]]:
    return build.query(
        "select close_bucket, cast(sum(deal_count) as int) from marts.pipeline_daily"
        " where date_day = cast(? as date) group by 1 order by 1",
        [day],
    )


def test_past_close_buckets_are_not_worked_out_from_how_deals_ended(
    worlds: Mapping[str, World],
) -> None:
    # On 17 March K1 to K3 were to close in the quarter and K4 in the next one.
    assert buckets(worlds["dated"].build, "2025-03-17") == [("next", 1), ("this", 3)]
    assert buckets(worlds["undated"].build, "2025-03-17") == [("unknown", 4)]
    assert buckets(worlds["undated"].build, "2025-05-17") == [("unknown", 1)]
    for name in ("undated", "dated"):
        assert buckets(worlds[name].build, AS_OF) == [("this", 1)]


def test_coverage_of_past_days_needs_a_history_of_close_dates(worlds: Mapping[str, World]) -> None:
    # (900 + 1500 + 700) / 4000 on Sunday 16 March, and 1500 / 4000 on the as-of day.
    dated = values(worlds["dated"].build, "coverage_ratio")
    assert dated["2025-03-10"] == pytest.approx(0.775)
    assert dated["2025-05-12"] == pytest.approx(0.375)
    assert values(worlds["undated"].build, "coverage_ratio") == {"2025-05-12": pytest.approx(0.375)}
    # What the first quarter yielded is learnt from where it is known.
    assert values(worlds["dated"].build, "required_coverage_ratio") != {}
    assert values(worlds["undated"].build, "required_coverage_ratio") == {}
    curve = (
        "select open_count, open_amount, coverage, unrecorded_count from marts.coverage_curve"
        " where scope = 'company' and date_day = date '2025-03-16'"
    )
    assert worlds["undated"].build.query(curve) == [(None, None, None, 4)]
    assert worlds["dated"].build.query(curve)[0][3] == 0
    assert status(worlds["undated"].build, "coverage_ratio", "2025-03-10") == {"not_instrumented"}
    assert "not_instrumented" not in status(worlds["dated"].build, "coverage_ratio", "2025-03-10")


def test_what_rests_on_todays_close_dates_opens_no_breach(
    worlds: Mapping[str, World], build_project: BuildProject, tmp_path: Path
) -> None:
    """The trigger is off: its one cell is written on here."""
    # history_days of the trigger is 90, and coverage far below 3 in both worlds.
    breaches = "select count(*) from marts.kpi_breaches where metric_id = 'coverage_ratio'"
    for name, is_expected in (("dated", True), ("undated", False)):
        world = worlds[name]
        assert world.build.value(breaches) == 0
        database = tmp_path / world.build.database.name
        shutil.copy(world.build.database, database)
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "update seeds.kpi_triggers set is_on = true where trigger_id = 'coverage_low'"
            )
        after = build_project(
            world.raw,
            as_of=AS_OF,
            vars=VARS_OF.get(name, VARS),
            database=database,
            select="int_kpi_judgements int_kpi_breach_openings int_kpi_breach_periods kpi_breaches",
        )
        assert (after.value(breaches) > 0) == is_expected


@pytest.mark.parametrize("metric", ["pushes_per_deal", "past_due_share", "coverage_ratio"])
def test_what_close_dates_tell_is_not_measured_without_their_history(
    metric: str, worlds: Mapping[str, World]
) -> None:
    dated, undated = values(worlds["dated"].build, metric), values(worlds["undated"].build, metric)
    assert "2025-04-28" in dated
    assert set(undated) <= {"2025-05-12"}


def test_pushes_are_counted_where_the_history_tells_them(worlds: Mapping[str, World]) -> None:
    # K1 and K2 were pushed over the end of March; all but K2 closed within 90 days.
    assert values(worlds["dated"].build, "pushes_per_deal")["2025-05-12"] == pytest.approx(2 / 4)
    assert values(worlds["undated"].build, "pushes_per_deal") == {}


def test_the_waterfall_opens_with_what_was_known(worlds: Mapping[str, World]) -> None:
    sql = (
        "select movement, cast(deals as int), cast(amount as int) from marts.pipeline_movements"
        " where period_type = 'quarter' and period_start = date '2025-04-01'"
        " and closing_quarter = date '2025-04-01' and deals <> 0 order by 1"
    )
    assert worlds["dated"].build.query(sql) == [
        ("closing", 1, 1500),
        ("lost", -1, -200),
        ("opening", 2, 1100),
        ("pushed_in_from_past", 1, 1500),
        ("won", -1, -900),
    ]
    assert worlds["undated"].build.query(sql) == [
        ("closing", 1, 1500),
        ("first_known", 3, 2600),
        ("lost", -1, -200),
        ("won", -1, -900),
    ]


def test_no_reason_ever_given_is_no_reason_unknown(worlds: Mapping[str, World]) -> None:
    build = worlds["dated"].build
    sql = "select count(*) from marts.metric_values where metric_id = 'loss_reason_share'"
    assert build.value(sql) == 0
    assert build.value("select count(*) from marts.kpi_breaches where metric_id like 'loss%'") == 0


def test_what_nobody_logs_is_no_low_and_no_high_rate(worlds: Mapping[str, World]) -> None:
    # 44 e-mails in 28 days without a reply, two meetings held and none missed, a demo without a
    # discovery: none of it was ever logged here.
    build = worlds["dated"].build
    for metric in ("reply_rate", "replies_count", "show_rate", "demos_without_discovery_rate"):
        assert values(build, metric) == {}, metric
    assert values(build, "emails_sent_count")["2025-05-12"] == 10
    assert values(build, "calls_count") == {}
    assert values(build, "open_new_logo_pipeline_amount") == {}
    assert build.query("from marts.kpi_breaches where metric_id = 'reply_rate'") == []


def test_without_amounts_deals_count_and_money_is_not_measured(
    worlds: Mapping[str, World],
) -> None:
    build = worlds["unpriced"].build
    assert values(build, "closed_won_count", "quarter")["2025-04-01"] == 1
    assert values(build, "open_pipeline_count")["2025-05-12"] == 1
    money = (
        *("closed_won_amount", "open_pipeline_amount", "qualified_pipeline_created_amount"),
        *("avg_deal_size_t90", "coverage_ratio", "remaining_coverage_ratio", "closed_vs_target"),
        *("weighted_pipeline_amount", "expected_to_close_amount", "pipeline_velocity"),
        *("win_rate_value_t90", "pipeline_generated_per_rep", "closed_lost_amount"),
    )
    for metric in money:
        for period_type in ("week", "month", "quarter"):
            found = set(values(build, metric, period_type).values())
            assert found <= {None}, (metric, found)
    assert build.query(
        "select distinct amount, qualified_amount, weighted_amount from marts.pipeline_daily"
    ) == [(None, None, None)]
    assert build.query("select metric_id from marts.kpi_breaches") == []


def test_nothing_of_a_later_state_is_known_on_a_past_day(
    build_project: BuildProject, tmp_path: Path
) -> None:
    """The rows of the three open deals were changed in April: on 31 March nobody knew them."""
    tables: dict[str, Table] = {**PLANS, "opportunities": OPPORTUNITIES}
    later = build_project(write(tmp_path / "later", **tables), as_of="2025-03-31", vars=VARS)
    assert buckets(later, "2025-03-31") == [("unknown", 3)]
    known = with_cell(OPPORTUNITIES, "K2", "close_date", "2025-03-28")
    known = with_cell(known, "K2", "last_modified", "2025-03-01")
    then = write(tmp_path / "then", **{**tables, "opportunities": known})
    as_it_stood = build_project(then, as_of="2025-03-31", vars=VARS)
    assert buckets(as_it_stood, "2025-03-31") == [("this", 1), ("unknown", 2)]
    assert values(later, "coverage_ratio").keys() == set()
