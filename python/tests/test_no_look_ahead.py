"""A build as of a day uses nothing that happened after it; what is past stays as it was.

Form (a): building the export as it stood at the end of a day equals building the whole export as of
that day, in every row of every public table. Form (b): a later build keeps every row of a period
that had ended.
"""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
from pathlib import Path

import duckdb
import pytest

from harness import (
    Build,
    BuildProject,
    assert_rows_kept,
    assert_same_marts,
    write_small_company,
)
from lives import Life, opportunity_id, write_lives
from sales_metrics.remember import remember

# The middle of a quarter, the last day of one, and a day in the quarter of the story.
DAYS = (dt.date(2024, 10, 16), dt.date(2025, 5, 31), dt.date(2025, 9, 29))
HISTORY = ("int_opportunity_versions", "int_stage_visits")
# (a) The raw audit counts the rows that lie there, and more rows lie in the whole export.
COUNTS_THE_LANDING = ("data_quality",)
# Fields of which a CRM keeps no history: their value is the export's, whatever the day. Three are
# compared all the same, as the generated export never changes what they rest on: is_hot (the
# rating), health and health_reasons of a deal (the text of its next step).
WITHOUT_HISTORY = {
    "dim_accounts": (
        *("account_name", "parent_account_id", "segment", "industry", "employees"),
        *("annual_revenue", "billing_country", "rep_id", "is_deleted"),
    ),
    "fct_activities": ("outcome",),
    "fct_leads": ("status", "rating", "rep_id"),
    "fct_opportunities": ("name",),
    # This export logs no loss reasons; where one does, edits of them are tested below.
    "int_opportunity_versions": ("loss_reason",),
}
# Methods of stage_conversion that go on ripening: what became of deals after the period.
RIPENING_METHODS = ("cohort", "cohort_30", "cohort_60", "cohort_90", "censored")
# Of tasks none is moved or deleted later here, which is what the catalog means of overdue ones.
RIPENING = (
    "select metric_id from marts.dim_metrics"
    " where matures and metric_id not like 'overdue_next_action%'"
)
# A period's end, for tables that carry its type and start alone.
PERIOD_END = (
    "case period_type"
    " when 'day' then period_start"
    " when 'week' then period_start + 6"
    " when 'month' then cast(period_start + interval 1 month as date) - 1"
    " else cast(period_start + interval 3 month as date) - 1 end"
)
# What stands as of the day of the build alone, whatever period it reads: no row of it is ever past.
AS_OF_ALONE = ("ceo_five", "forecast_deals", "kpi_audit", "scorecard_rep", "scorecard_team")
# What tells that a row of another table is past.
PAST = {
    "dim_dates": "date_day <= {day}",
    "fct_closings": "event_on <= {day}",
    "fct_stage_visits": "cast(exited_at as date) <= {day}",
    "fct_stage_transitions": "cast(moved_at as date) <= {day}",
    "fct_activities": "cast(occurred_at as date) <= {day}",
    "pipeline_daily": "date_day <= {day}",
    "coverage_curve": "date_day <= {day}",
    "velocity_drivers": "period_end <= {day}",
    "kpi_breaches": "period_type <> 'day' and closed_on <= {day}",
    "kpi_incidents": "period_type <> 'day' and closed_on <= {day}",
    # What was forecast stands from the week's end on; the row is judged when the quarter has ended.
    "forecast_accuracy": "quarter_end <= {day}",
    # Forecasts of a week stand; those of single days are kept for two weeks, as metrics are.
    "quarter_forecast": "forecast_on <= {day} and dayofweek(forecast_on) = 0",
}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_build_uses_nothing_that_happened_later(
    day: dt.date, small_company: Path, build_project: BuildProject, tmp_path: Path
) -> None:
    as_it_stood = build_project(write_small_company(tmp_path, day), as_of=str(day))
    with_the_rest = build_project(small_company, as_of=str(day))
    tables = [table for table in as_it_stood.tables() if table not in COUNTS_THE_LANDING]
    compared = assert_same_marts(as_it_stood, with_the_rest, tables=tables, ignore=WITHOUT_HISTORY)
    assert compared > 0
    compared = assert_same_marts(
        as_it_stood, with_the_rest, tables=HISTORY, schema="intermediate", ignore=WITHOUT_HISTORY
    )
    assert compared > 0


@pytest.mark.parametrize(("day", "later"), itertools.pairwise(DAYS), ids=str)
def test_a_later_build_keeps_what_is_past(
    day: dt.date, later: dt.date, small_company: Path, build_project: BuildProject
) -> None:
    before = build_project(small_company, as_of=str(day))
    after = build_project(small_company, as_of=str(later))
    # Metrics of cohorts go on ripening after their period; the catalog says which.
    found = before.query(RIPENING)
    ripening = sorted(metric for (metric,) in found)
    past = conditions(before, day, ripening)
    always = ("as_of_date", *ripening)
    ignored = {table: (*always, *WITHOUT_HISTORY.get(table, ())) for table in past}
    compared = assert_rows_kept(before, after, tables=list(past), where=past, ignore=ignored)
    assert compared > 0
    ended = {
        "int_opportunity_versions": f"cast(valid_to as date) <= date '{day}'",
        "int_stage_visits": f"cast(exited_at as date) <= date '{day}'",
    }
    compared = assert_rows_kept(
        before, after, tables=HISTORY, where=ended, schema="intermediate", ignore=WITHOUT_HISTORY
    )
    assert compared > 0


# Lives whose fields are edited after the day they are looked at from, and lives without the dates
# other deals have.
MIDDAY = dt.date(2025, 5, 16)
NEW: dict[str, str | None] = {
    "stage_name": "Qualified",
    "amount": "5",
    "Contract_Sum__c": "20000",
    "currency_iso_code": "USD",
    "record_type_id": "0122000000000R1AAA",
    "Segment__c": "smb",
    "close_date": "2025-06-30",
}
ISK = {"currency_iso_code": "ISK", "Contract_Sum__c": "2760000"}
LIVES = {
    # In the wrong currency until after the day; the rate of its own day stays with the amount.
    "corrected": Life(
        {
            "2025-03-03T09:00:00Z": {**NEW, **ISK},
            "2025-05-06T09:00:00Z": {"stage_name": "Demo"},
            "2025-05-22T09:00:00Z": {"currency_iso_code": "USD", "Contract_Sum__c": "21000"},
        }
    ),
    "of_another_segment": Life(
        {"2025-03-04T09:00:00Z": NEW, "2025-05-23T09:00:00Z": {"Segment__c": "enterprise"}}
    ),
    "of_another_kind": Life(
        {
            "2025-03-05T09:00:00Z": NEW,
            "2025-05-26T09:00:00Z": {"record_type_id": "0122000000000R2AAA"},
        }
    ),
    "dearer": Life(
        {"2025-03-06T09:00:00Z": NEW, "2025-05-27T09:00:00Z": {"Contract_Sum__c": "44000"}}
    ),
    # Its close date is 14 May, its closing was recorded on the 20th, and its row has no stamp.
    "closed_late": Life(
        {
            "2025-03-07T09:00:00Z": {**NEW, "close_date": "2025-05-14"},
            "2025-05-20T09:00:00Z": {"stage_name": "Closed Won"},
        },
        is_stamped=False,
    ),
    "undated": Life(
        {"2025-04-07T09:00:00Z": NEW, "2025-05-28T09:00:00Z": {"stage_name": "Closed Lost"}},
        is_stamped=False,
        is_dated=False,
    ),
    "undated_and_to_come": Life(
        {"2025-05-29T09:00:00Z": NEW, "2025-06-03T09:00:00Z": {"stage_name": "Demo"}},
        is_stamped=False,
        is_dated=False,
    ),
    "never_dated": Life(
        {"2025-03-10T09:00:00Z": NEW}, is_stamped=False, is_dated=False, is_recorded=False
    ),
}
OWN_NAMES = {"raw_columns": {"salesforce": {"opportunity": {"amount": "Contract_Sum__c"}}}}


def test_edits_of_fields_with_a_history_are_not_known_before_they_are_made(
    build_project: BuildProject, tmp_path: Path
) -> None:
    stood, whole = (
        build_project(write_lives(tmp_path / name, LIVES, until), as_of=str(MIDDAY), vars=OWN_NAMES)
        for name, until in (("stood", MIDDAY), ("whole", None))
    )
    tables = [table for table in stood.tables() if table not in COUNTS_THE_LANDING]
    assert assert_same_marts(stood, whole, tables=tables, ignore=WITHOUT_HISTORY) > 0
    assert assert_same_marts(stood, whole, tables=HISTORY, schema="intermediate") > 0
    numbers = {opportunity_id(number): name for number, name in enumerate(LIVES, 1)}
    found = whole.query(
        "select opportunity_id, status, segment, amount::double from marts.fct_opportunities"
    )
    expected = {name: ("open", "smb", 20000.0) for name in LIVES if name != "undated_and_to_come"}
    assert {numbers[deal]: tuple(rest) for deal, *rest in found} == expected


def test_edits_of_fields_with_a_history_leave_the_past_as_it_was(
    build_project: BuildProject, tmp_path: Path
) -> None:
    folder = write_lives(tmp_path / "whole", LIVES)
    before, after = (
        build_project(folder, as_of=day, vars=OWN_NAMES) for day in (str(MIDDAY), "2025-06-30")
    )
    found = before.query(RIPENING)
    ripening = sorted(metric for (metric,) in found)
    past = conditions(before, MIDDAY, ripening)
    ignored = {table: ("as_of_date", *ripening, *WITHOUT_HISTORY.get(table, ())) for table in past}
    assert assert_rows_kept(before, after, tables=list(past), where=past, ignore=ignored) > 0
    amounts = after.query(
        "select distinct amount::double from intermediate.int_opportunity_versions"
        " where opportunity_id = ? order by 1",
        [opportunity_id(1)],
    )
    assert amounts == [(20000.0,), (21000.0,)]


# What is seen of deals; recurring revenue and what stands on it follow the account as a whole.
OF_DEALS = (
    *("fct_opportunities", "fct_stage_visits", "fct_stage_transitions", "fct_activities"),
    *("pipeline_daily", "pipeline_metrics", "coverage_curve"),
    *("pipeline_movements", "pipeline_movement_deals"),
    *("loss_reasons", "stage_conversion", "forecast_accuracy", "velocity_drivers"),
    *("quarter_forecast", "forecast_deals"),
)
EDITED_AT = "timestamp '2025-07-14 10:00:00'"
# Table, column, what its history calls it, and what every tenth row is edited to.
EDITS = (
    ("account", "number_of_employees", "NumberOfEmployees", "12345"),
    ("account", "segment", "Segment__c", "Enterprise"),
    ("opportunity", "loss_reason_c", "Loss_Reason__c", "Missing feature"),
)


def edit_accounts_and_reasons(raw: Path, folder: Path, *, is_logged: bool = True) -> Path:
    """The export after accounts grew and losses got other reasons, logged or not."""
    shutil.copytree(raw, folder, dirs_exist_ok=True)
    for place, (table, column, field, value) in enumerate(EDITS):
        path = folder / "salesforce" / f"{table}.parquet"
        history = folder / "salesforce" / f"{table}_field_history.parquet"
        chosen = f"hash(id) % 10 = {place} and {column} is not null"
        with duckdb.connect() as connection:
            connection.execute(f"create table edited as select * from '{path}'")
            if is_logged:
                connection.execute(
                    f"create table log as select distinct on (id) 'L{place}' || id as id,"
                    f" id as {table}_id, '{field}' as field,"
                    f" cast({column} as varchar) as old_value,"
                    f" '{value}' as new_value, {EDITED_AT} as created_date"
                    f" from edited where {chosen}"
                )
                if history.exists():
                    connection.execute(
                        f"create or replace table log as select * from '{history}'"
                        " union all by name select * from log"
                    )
                connection.execute(f"copy log to '{history}' (format parquet)")
            connection.execute(f"update edited set {column} = '{value}' where {chosen}")
            connection.execute(f"copy edited to '{path}' (format parquet)")
    return folder


def test_later_edits_of_accounts_and_loss_reasons_change_nothing_past(
    small_company: Path, build_project: BuildProject, tmp_path: Path
) -> None:
    """The CRM logs both, so a build as of a day before them says what it said then."""
    day = DAYS[1]
    before = build_project(small_company, as_of=str(day))
    after = build_project(edit_accounts_and_reasons(small_company, tmp_path / "e"), as_of=str(day))
    assert assert_same_marts(before, after, tables=OF_DEALS, ignore=WITHOUT_HISTORY) > 0


def test_edits_that_no_log_tells_leave_what_is_remembered_as_it_was(
    small_company: Path, build_project: BuildProject, tmp_path: Path
) -> None:
    """Every table of deals: rows of periods that had ended when the first build was remembered."""
    day, later = DAYS[1], dt.date(2025, 7, 31)
    raw = tmp_path / "raw"
    shutil.copytree(small_company, raw)
    before = build_project(raw, as_of=str(day))
    assert remember(before.database, raw) > 1_000
    forgetful = build_project(
        edit_accounts_and_reasons(small_company, tmp_path / "forgotten", is_logged=False),
        as_of=str(later),
    )
    after = build_project(
        edit_accounts_and_reasons(raw, tmp_path / "edited", is_logged=False), as_of=str(later)
    )
    found = before.query(RIPENING)
    ripening = sorted(metric for (metric,) in found)
    tables = {*OF_DEALS, "metric_values", "outcome_metrics", "activity_metrics"}
    past = {
        table: condition
        for table, condition in conditions(before, day, ripening).items()
        if table in tables
    }
    columns = (*ripening, *(f"{metric}_n" for metric in ripening))
    ignored = {table: ("as_of_date", *columns, *WITHOUT_HISTORY.get(table, ())) for table in past}
    assert assert_rows_kept(before, after, tables=list(past), where=past, ignore=ignored) > 0
    # Else there was nothing to keep.
    with pytest.raises(AssertionError, match="metric_values"):
        assert_rows_kept(before, forgetful, tables=list(past), where=past, ignore=ignored)


def conditions(build: Build, day: dt.date, ripening: list[str]) -> dict[str, str]:
    """Per table that knows periods or instants, what tells that a row was past on the day.

    Days are reported for the last two weeks only, so that rows of a day go out of the tables as
    time passes: they are not compared.
    """
    literal = f"date '{day}'"
    found = {}
    for table in build.tables():
        columns = build.columns(table)
        if table in PAST:
            found[table] = PAST[table].format(day=literal)
        elif "period_type" in columns and table not in AS_OF_ALONE:
            end = "period_end" if "period_end" in columns else PERIOD_END
            found[table] = f"period_type <> 'day' and {end} <= {literal}"
            if "metric_id" in columns and ripening:
                listed = ", ".join(f"'{metric}'" for metric in ripening)
                found[table] += f" and metric_id not in ({listed})"
            if table == "stage_conversion":
                found[table] += f" and method not in {RIPENING_METHODS}"
    return found
