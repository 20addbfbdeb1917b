-- How long a visit of a stage should take at most, as history knew it at each month's beginning:
-- the days by which three of four visits have ended, by segment and for all of them. Visits that
-- had ended within the 365 days before and those that were open are seen, the latter as lasting as
-- long at least (Kaplan and Meier), so that a stage full of stuck deals does not look fast. Fewer
-- than 30 ended visits tell nothing. Reckoned only where a trigger asks for it. Long, because
-- visits are counted by day first.
with visits as (select * from {{ ref('int_stage_visits') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

triggers as (select * from {{ configured('kpi_triggers') }}),

months as (
    select distinct calendar.month_start
    from calendar
    inner join triggers
        on triggers.rule = 'age_multiple_above' and coalesce(triggers.is_on, true)
    where calendar.month_start <= {{ as_of_date() }}
),

seen as (
    select
        months.month_start,
        visits.stage_id,
        coalesce(visits.entry_segment, 'unassigned') as segment,
        coalesce(visits.exited_on < months.month_start, false) as has_ended,
        {{ days_between(
            'visits.entered_on', 'least(coalesce(visits.exited_on, months.month_start),'
            ~ ' months.month_start)'
        ) }} as days
    from months
    inner join visits
        on months.month_start > visits.entered_on
        and coalesce(visits.exited_on >= months.month_start - 365, true)
    where not visits.is_closed_stage
        -- What was moved or deleted by then has not ended on its own.
        and not (
            visits.exit_kind in ('moved', 'deleted')
            and coalesce(visits.exited_on < months.month_start, false)
        )
),

counted as (
    select
        month_start,
        stage_id,
        segment,
        days,
        count(*) as visits,
        count(case when has_ended then 1 end) as ended
    from seen
    group by 1, 2, 3, 4
    union all
    select
        month_start,
        stage_id,
        'all' as segment,
        days,
        count(*) as visits,
        count(case when has_ended then 1 end) as ended
    from seen
    group by 1, 2, 4
),

at_risk as (
    select
        *,
        sum(ended) over (partition by month_start, stage_id, segment) as ended_in_all,
        sum(visits) over (
            partition by month_start, stage_id, segment
            order by days desc
            rows between unbounded preceding and current row
        ) as lasting
    from counted
),

-- The share still there after so many days, as the exponential of a sum, since no engine multiplies
-- over rows.
survived as (
    select
        *,
        exp(sum(ln(greatest(1 - ended / cast(lasting as double), 1e-12))) over (
            partition by month_start, stage_id, segment
            order by days asc
            rows between unbounded preceding and current row
        )) as share_there
    from at_risk
),

stage_expected_days as (
    select
        month_start,
        stage_id,
        segment,
        cast(max(ended_in_all) as bigint) as n,
        cast(greatest(min(days), 1) as double) as expected_days
    from survived
    where share_there <= 0.25 + 1e-9 and ended_in_all >= 30
    group by 1, 2, 3
)

select * from stage_expected_days
