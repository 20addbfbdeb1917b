"""Open deals of the demo company at period ends, against one as-of query a day.

It joins versions to the day and counts again what happened by then; no model does it that way.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from harness import Build

AS_OF = "2025-09-29"
DAYS = 6
# What was known at the end of a day, written as one would write it for that day alone.
AS_OF_QUERY = """
    with day as (select date '{day}' as d, timestamp '{day}' + interval 1 day as ends_at),
    open as (
        select v.* from intermediate.int_opportunity_versions as v, day
        where v.is_open and v.valid_from < ends_at and (v.valid_to is null or v.valid_to >= ends_at)
    ),
    worked as (
        select opportunity_id, max(occurred_at)::date as last_on
        from marts.fct_activities, day
        where occurred_at < ends_at and outcome in ('done', 'held', 'no_show')
        group by 1
    ),
    moved as (
        select
            opportunity_id, valid_from,
            is_open and lag(is_open) over w
            and date_trunc('quarter', close_date + interval 1 month)
            > date_trunc('quarter', lag(close_date) over w + interval 1 month) as is_push
        from intermediate.int_opportunity_versions
        window w as (partition by opportunity_id order by valid_from)
    ),
    pushed as (
        select
            opportunity_id,
            count(*) as pushes,
            count(*) filter (
                where date_trunc('quarter', valid_from + interval 1 month)
                = date_trunc('quarter', d + interval 1 month)
            ) as quarter_pushes
        from moved, day where is_push and valid_from < ends_at group by 1
    ),
    tasks as (
        select
            opportunity_id,
            bool_or(due_on < d) as is_overdue,
            bool_or(due_on is null or due_on >= d) as is_ahead
        from intermediate.int_activities_typed, day
        where not is_meeting and not is_deleted and activity_type <> 'automated'
            and booked_at < ends_at and (not is_done or occurred_at >= ends_at)
        group by 1
    ),
    meetings as (
        select opportunity_id, true as is_ahead
        from intermediate.int_activities_typed, day
        where is_meeting and not is_deleted and booked_at < ends_at and occurred_at >= ends_at
        group by 1
    ),
    judged as (
        select
            open.opportunity_id,
            open.segment,
            open.rep_id,
            open.stage_id,
            coalesce(pushes, 0) as pushes,
            coalesce(quarter_pushes, 0) as quarter_pushes,
            last_on,
            coalesce(tasks.is_overdue, false) as is_overdue,
            coalesce(tasks.is_ahead, false) or meetings.is_ahead is not null as is_ahead,
            epoch(ends_at - visits.entered_at) / 86400.0 / s.expected_days as age,
            d - coalesce(last_on, o.created_on) as silent,
            open.close_date < d as is_past_due
        from open
        cross join day
        inner join marts.fct_stage_visits as visits
            on open.opportunity_id = visits.opportunity_id
            and visits.entered_at < ends_at
            and (visits.exited_at is null or visits.exited_at >= ends_at)
        inner join marts.dim_stages as s on open.stage_id = s.stage_id
        inner join marts.fct_opportunities as o on open.opportunity_id = o.opportunity_id
        left join worked on open.opportunity_id = worked.opportunity_id
        left join pushed on open.opportunity_id = pushed.opportunity_id
        left join tasks on open.opportunity_id = tasks.opportunity_id
        left join meetings on open.opportunity_id = meetings.opportunity_id
    )
    select
        opportunity_id, segment, rep_id, stage_id, pushes, quarter_pushes, last_on, is_overdue,
        is_ahead, coalesce(age > 1.5, false) as is_stalled,
        coalesce(is_past_due, false) as is_past_due,
        case
            when is_past_due or age > 2 or silent >= 30 or pushes >= 3 then 'red'
            when age > 1.5 or silent >= 14 or quarter_pushes >= 1 then 'amber'
            else 'green'
        end as health
    from judged order by 1
"""
FOUND = """
    select
        opportunity_id, segment, rep_id, stage_id, push_count, quarter_push_count, last_activity_on,
        has_overdue_task, coalesce(has_next_step, false), coalesce(is_stalled, false),
        coalesce(is_past_due, false), health
    from intermediate.int_open_deals_at_period_ends where window_end = ? order by 1
"""


def test_open_deals_of_any_day_are_those_of_an_as_of_query(demo: Build) -> None:
    ends = demo.query(
        "select distinct window_end from intermediate.int_open_deals_at_period_ends"
        " where window_end > date '2024-01-01' order by 1"
    )
    days = random.Random(4).sample([day for (day,) in ends], DAYS)
    compared = 0
    for day in [*days, dt.date.fromisoformat(AS_OF)]:
        found = demo.query(FOUND, [day])
        expected = demo.query(AS_OF_QUERY.format(day=day))
        assert found == expected, _first_difference(found, expected)
        compared += len(expected)
    assert compared > 5_000


def _first_difference(found: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> str:
    pairs = [(left, right) for left, right in zip(found, expected, strict=False) if left != right]
    return f"{len(found)} and {len(expected)} rows; {len(pairs)} differ, first {pairs[:1]}"


def test_pushes_per_deal_are_those_of_plain_sql(demo: Build) -> None:
    """Over the 90 days to the end of August 2025, per deal closed in them and still so.

    A reopening takes back a closing of these days, not one of earlier days.
    """
    ((pushes, closings),) = demo.query(
        """
        with moves as (
            select
                valid_from_day as day,
                is_open,
                is_won or is_lost as is_closed,
                lag(is_open) over w as was_open,
                lag(is_won or is_lost) over w as was_closed,
                date_trunc('quarter', close_date + interval 1 month) as closes_in,
                date_trunc('quarter', lag(close_date) over w + interval 1 month) as closed_in,
                opportunity_id,
                version_number
            from intermediate.int_opportunity_versions
            window w as (partition by opportunity_id order by version_number)
        ),
        dated as (
            select *,
                is_open and was_open and closes_in > closed_in as is_push,
                is_closed and not coalesce(was_closed, false) as is_closing,
                is_open and was_closed as is_reopening,
                max(case when is_closed and not coalesce(was_closed, false) then day end) over (
                    partition by opportunity_id order by version_number
                ) as last_closed_on
            from moves
        )
        select
            count(*) filter (where is_push),
            count(*) filter (where is_closing)
            - count(*) filter (where is_reopening and last_closed_on >= date '2025-08-31' - 89)
        from dated where day between date '2025-08-31' - 89 and date '2025-08-31'
        """
    )
    found = demo.query(
        "select numerator, denominator from marts.metric_values where metric_id = 'pushes_per_deal'"
        " and period_type = 'month' and period_start = '2025-08-01' and scope = 'company'"
    )
    assert pushes > 100
    assert found == [(pushes, closings)]
