"""The demo company's pipeline on past days, against other ways of working it out.

What the models build by deltas and running sums is asked here of each day by itself: which version
of each deal was valid as the day ended, which wins stood by then. The demo runs on UTC and its
fiscal quarters start in December, March, June and September.
"""

from __future__ import annotations

import datetime as dt
import random
import statistics
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harness import Build, Project

AS_OF = "2025-09-29"
FIRST_DAY = dt.date(2023, 9, 1)
LAST_DAY = dt.date.fromisoformat(AS_OF)
MONTH_STARTS = (dt.date(2024, 1, 1), dt.date(2024, 11, 1), dt.date(2025, 9, 1))
PRIOR_DEALS = 20
QUARTER_OF = "cast(date_trunc('quarter', {} + interval 1 month) - interval 1 month as date)"
# Which versions were valid, and to which team their reps belonged, as a day ended.
STANDING = f"""
    select
        versions.*,
        coalesce(
            (
                select max_by(assignments.team_id, assignments.valid_from)
                from intermediate.int_rep_assignments as assignments
                where assignments.rep_id = versions.rep_id and assignments.valid_from <= $day
            ),
            'unassigned'
        ) as team_then,
        {QUARTER_OF.format("versions.close_date")} as close_quarter,
        {QUARTER_OF.format("cast($day as date)")} as this_quarter
    from intermediate.int_opportunity_versions as versions
    where versions.is_open
        and versions.valid_from < cast($day as date) + 1
        and coalesce(versions.valid_to >= cast($day as date) + 1, true)
"""
# Wins that stand as a day ends, with the amount of then, by the quarter they were booked in.
WINS = f"""
    select
        visits.opportunity_id,
        visits.entry_segment as segment,
        visits.entry_rep_id as rep_id,
        {QUARTER_OF.format("visits.entered_on")} as won_quarter,
        corrected.amount
    from intermediate.int_stage_visits as visits
    inner join marts.dim_stages as stages on visits.stage_id = stages.stage_id
    inner join (
        select opportunity_id, visit_number, arg_max(coalesce(amount, 0), version_number) as amount
        from intermediate.int_opportunity_versions
        where valid_from < cast($day as date) + 1
        group by 1, 2
    ) as corrected
        on visits.opportunity_id = corrected.opportunity_id
        and visits.visit_number = corrected.visit_number
    where stages.is_won
        and visits.entered_on <= $day
        and (visits.exit_kind in ('open', 'deleted') or visits.exited_on > $day)
"""

Row = dict[str, Any]
Keyed = dict[tuple[Any, ...], Row]


def random_days(seed: int, number: int, first_day: dt.date = FIRST_DAY) -> list[dt.date]:
    days = (LAST_DAY - first_day).days
    offsets = sorted(random.Random(seed).sample(range(days), number))
    return [first_day + dt.timedelta(days=offset) for offset in offsets]


def quarter_start(day: dt.date) -> dt.date:
    """The first of the latest December, March, June or September."""
    months = day.year * 12 + day.month - 1 - day.month % 3
    return dt.date(months // 12, months % 12 + 1, 1)


def next_quarter(start: dt.date) -> dt.date:
    return quarter_start(start + dt.timedelta(days=100))


def keyed(rows: Iterable[Row], *key: str) -> Keyed:
    found: Keyed = {}
    for row in rows:
        place = tuple(row[column] for column in key)
        assert place not in found, f"{place} twice"
        found[place] = row
    return found


def test_any_past_day_is_what_the_versions_of_that_day_say(demo: Build) -> None:
    keys = ("segment", "team_id", "rep_id", "stage_id", "close_bucket", "opportunity_type")
    exact = ("deal_count", "amount", "qualified_count", "qualified_amount")
    for day in random_days(20, 20):
        expected = keyed(
            demo.rows(
                f"""
                with standing as ({STANDING})
                select
                    standing.segment,
                    standing.team_then as team_id,
                    standing.rep_id,
                    standing.stage_id,
                    case
                        when close_quarter < this_quarter then 'past_due'
                        when close_quarter = this_quarter then 'this'
                        when close_quarter = this_quarter + interval 3 month then 'next'
                        else 'later'
                    end as close_bucket,
                    coalesce(standing.opportunity_type, 'unknown') as opportunity_type,
                    count(*) as deal_count,
                    sum(coalesce(standing.amount, 0)) as amount,
                    count(*) filter (where standing.is_qualified) as qualified_count,
                    coalesce(sum(standing.amount) filter (where standing.is_qualified), 0)
                        as qualified_amount,
                    sum(coalesce(standing.amount, 0) * probabilities.probability)
                        as weighted_amount
                from standing
                left join intermediate.int_stage_probabilities as probabilities
                    on probabilities.month_start = date_trunc('month', cast($day as date))
                    and standing.segment = probabilities.segment
                    and standing.stage_id = probabilities.stage_id
                group by all
                """,
                {"day": day},
            ),
            *keys,
        )
        found = keyed(
            demo.rows("select * from marts.pipeline_daily where date_day = $day", {"day": day}),
            *keys,
        )
        assert len(expected) > 100
        assert found.keys() == expected.keys(), day
        for place, row in expected.items():
            assert [found[place][c] for c in exact] == [row[c] for c in exact], (day, place)
            weighted = found[place]["weighted_amount"]
            if row["weighted_amount"] is None:
                assert weighted is None
            else:
                assert weighted == pytest.approx(row["weighted_amount"], abs=0.0001), (day, place)


def open_and_won(demo: Build, day: dt.date) -> tuple[dict[str, list[Any]], dict[str, Decimal]]:
    """By segment: deals and amount open for the quarter of the day, and what was won in it."""
    open_rows = demo.query(
        f"""
        select segment, count(*), sum(coalesce(amount, 0))
        from ({STANDING})
        where is_qualified and close_quarter = this_quarter
        group by 1
        """,
        {"day": day},
    )
    # A reopened win of an earlier quarter is taken back in the quarter of its reopening.
    start = quarter_start(day)
    won_rows = demo.query(
        f"""
        with before as (
            {WINS.replace("$day", "$start")}
        ),
        after as ({WINS})
        select segment, sum(amount)
        from (
            select segment, amount from after
            union all
            select segment, -amount from before
        )
        group by 1
        """,
        {"day": day, "start": start - dt.timedelta(days=1)},
    )
    opened = {segment: [count, amount] for segment, count, amount in open_rows}
    return opened, dict(won_rows)


def test_coverage_of_any_day_is_what_its_versions_and_wins_say(demo: Build, demo_raw: Path) -> None:
    targets = {
        (segment, start): amount
        for segment, start, amount in demo.query(
            f"""
            select segment, {QUARTER_OF.format("cast(quarter as date)")}, cast(amount as decimal)
            from '{demo_raw / "planning" / "targets.csv"}'
            where metric = 'closed_won_amount'
            """
        )
    }
    for day in random_days(6, 8):
        opened, won = open_and_won(demo, day)
        curve = keyed(
            demo.rows(
                "select * from marts.coverage_curve"
                " where date_day = $day and scope in ('company', 'segment')",
                {"day": day},
            ),
            "segment",
        )
        assert opened
        for segment in sorted({*opened, *won, "all"}):
            counts = opened.values() if segment == "all" else [opened.get(segment, [0, 0])]
            won_amount = sum(won.values()) if segment == "all" else won.get(segment, 0)
            open_amount = sum(amount for _, amount in counts)
            row = curve[(segment,)]
            assert row["open_count"] == sum(count for count, _ in counts), (day, segment)
            assert row["open_amount"] == open_amount, (day, segment)
            assert row["won_amount"] == won_amount, (day, segment)
            target = targets.get((segment, quarter_start(day)))
            assert row["target_amount"] == target, (day, segment)
            if target is None:
                assert row["coverage"] is None
                continue
            assert row["coverage"] == pytest.approx(float(open_amount / target))
            assert row["is_covered"] == (won_amount >= target)
            if row["is_covered"]:
                assert row["remaining"] is None
            else:
                assert row["remaining"] == pytest.approx(float(open_amount / (target - won_amount)))


def yields(demo: Build, day: dt.date) -> dict[str, float]:
    """By segment: the share of what was open for the day's quarter that stood won at its end."""
    start = quarter_start(day)
    last_day = next_quarter(start) - dt.timedelta(days=1)
    deals = demo.rows(
        f"select * from ({STANDING}) where is_qualified and close_quarter = this_quarter",
        {"day": day},
    )
    won = {
        row["opportunity_id"]: row["amount"]
        for row in demo.rows(f"select * from ({WINS})", {"day": last_day})
        if row["won_quarter"] == start
    }
    opened: dict[str, Decimal] = defaultdict(Decimal)
    brought: dict[str, Decimal] = defaultdict(Decimal)
    for deal in deals:
        for segment in (deal["segment"], "all"):
            opened[segment] += deal["amount"] or 0
            brought[segment] += won.get(deal["opportunity_id"], Decimal(0))
    return {segment: float(brought[segment] / opened[segment]) for segment in opened}


@pytest.mark.parametrize("day", [dt.date(2024, 4, 10), dt.date(2025, 1, 31), LAST_DAY], ids=str)
def test_required_coverage_is_one_over_the_median_yield(demo: Build, day: dt.date) -> None:
    days_left = (next_quarter(quarter_start(day)) - day).days
    # Before its first day no history tells close dates: nothing is learnt from the quarter before.
    start, earlier = FIRST_DAY, []
    while start < quarter_start(day):
        same_day = next_quarter(start) - dt.timedelta(days=days_left)
        earlier.append(yields(demo, same_day) if same_day >= start else {})
        start = next_quarter(start)
    found = demo.query(
        "select segment, required, required_quarters from marts.coverage_curve"
        " where date_day = $day and scope in ('company', 'segment')",
        {"day": day},
    )
    compared = 0
    for segment, required, quarters in found:
        known = [shares[segment] for shares in earlier if segment in shares]
        assert quarters == len(known), segment
        median = statistics.median(known) if known else 0
        if median > 0:
            assert required == pytest.approx(1 / median), segment
            compared += 1
        else:
            assert required is None, segment
    assert compared >= 3


def test_stage_probabilities_are_the_shares_of_the_deals_decided_before(demo: Build) -> None:
    visits: dict[str, list[Row]] = defaultdict(list)
    for row in demo.rows(
        "select opportunity_id, stage_id, entered_at, exited_at, exit_kind, entry_segment,"
        " is_closed_stage from intermediate.int_stage_visits order by opportunity_id, visit_number"
    ):
        visits[row["opportunity_id"]].append(row)
    stages = demo.rows(
        "select * from marts.dim_stages where not is_won and not is_lost order by stage_order"
    )
    for month_start in MONTH_STARTS:
        midnight = dt.datetime.combine(month_start, dt.time())
        decided: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for life in visits.values():
            for place, visit in enumerate(life):
                taken_back = (
                    visit["exit_kind"] not in ("open", "deleted") and visit["exited_at"] < midnight
                )
                if not visit["is_closed_stage"] or visit["entered_at"] >= midnight or taken_back:
                    continue
                passed = {before["stage_id"] for before in life[:place]}
                for segment in (visit["entry_segment"], "all"):
                    for stage_id in passed:
                        decided[segment, stage_id][0] += 1
                        decided[segment, stage_id][1] += visit["stage_id"] == "closed_won"
        found = keyed(
            demo.rows(
                "select * from intermediate.int_stage_probabilities where month_start = $day",
                {"day": month_start},
            ),
            "segment",
            "stage_id",
        )
        compared = 0
        for segment in sorted({segment for segment, _ in found}):
            highest: dict[str, float] = {}
            for stage in stages:
                total, won = decided["all", stage["stage_id"]]
                resolved, segment_won = decided[segment, stage["stage_id"]]
                pipeline = stage["pipeline_id"]
                if total:
                    estimate = (segment_won + PRIOR_DEALS * won / total) / (resolved + PRIOR_DEALS)
                    highest[pipeline] = max(estimate, highest.get(pipeline, 0))
                row = found[segment, stage["stage_id"]]
                assert (row["resolved"], row["won"]) == (resolved, segment_won)
                if pipeline in highest:
                    assert row["probability"] == pytest.approx(highest[pipeline], rel=1e-12)
                    compared += 1
                else:
                    assert row["probability"] is None
        assert compared >= 15


def test_nothing_is_weighted_before_the_first_deal_is_decided(demo: Build) -> None:
    """Open deals without a probability are not worth nothing: there is no value yet."""
    first_month = demo.value(
        "select min(month_start) from intermediate.int_stage_probabilities"
        " where probability is not null"
    )
    open_before, weighted_before = demo.query(
        "select count(*) filter (where metric_id = 'open_pipeline_amount' and metric_value > 0),"
        " count(*) filter (where metric_id = 'weighted_pipeline_amount')"
        " from marts.metric_values where period_end < $day",
        {"day": first_month},
    )[0]
    assert open_before > 0
    assert weighted_before == 0


def test_stage_probabilities_are_calibrated_and_beat_the_crms(
    demo: Build, demo_raw: Path, project: Project
) -> None:
    sql = project.analysis("calibration_of_stage_probabilities", demo_raw, as_of=AS_OF)
    *deciles, whole = demo.rows(sql)
    assert [row["decile"] for row in deciles] == [str(number) for number in range(1, 11)]
    assert whole["decile"] == "all"
    assert whole["deals"] == sum(row["deals"] for row in deciles) > 10_000
    assert whole["brier"] < whole["crm_brier"]
    off = {row["decile"]: row["points_off"] for row in deciles if row["deals"] >= 200}
    assert len(off) == len(deciles)
    assert all(abs(points) <= 2 for points in off.values()), off
