-- For every day of every fiscal quarter: the open qualified pipeline closing in it, what of that
-- was won by the quarter's end, and what had been won so far: a running sum over the days of the
-- quarter. Long, because the keys are written out at every step.
with changes as (select * from {{ ref('int_coverage_changes') }}),

targets as (
    select *
    from {{ ref('int_targets_scoped') }}
    where period_type = 'quarter'
),

calendar as (select * from {{ ref('int_calendar_days') }}),

keys as (
    select
        quarter_start,
        scope,
        segment,
        team_id,
        rep_id
    from changes
    union
    select
        targets.period_start as quarter_start,
        targets.scope,
        targets.segment,
        targets.team_id,
        targets.rep_id
    from targets
    where targets.scope in ('company', 'segment', 'team', 'rep')
    union
    -- Of a quarter that has quotas and no plan yet the company has a row as well as its reps.
    select
        targets.period_start as quarter_start,
        'company' as scope,
        'all' as segment,
        'all' as team_id,
        'all' as rep_id
    from targets
    where targets.scope in ('segment', 'team', 'rep')
),

days as (
    select
        keys.quarter_start,
        keys.scope,
        keys.segment,
        keys.team_id,
        keys.rep_id,
        calendar.calendar_day,
        calendar.days_to_quarter_end
    from keys
    inner join calendar on keys.quarter_start = calendar.quarter_start
    where calendar.calendar_day <= {{ as_of_date() }}
),

running as (
    select
        days.quarter_start,
        days.calendar_day,
        days.days_to_quarter_end,
        days.scope,
        days.segment,
        days.team_id,
        days.rep_id,
        coalesce(sum(changes.open_deals) over so_far, 0) as open_deals,
        coalesce(sum(changes.open_amount) over so_far, 0) as open_amount,
        coalesce(sum(changes.open_won_amount) over so_far, 0) as open_won_amount,
        coalesce(sum(changes.won_amount) over so_far, 0) as won_amount,
        coalesce(sum(changes.unrecorded_deals) over so_far, 0) as unrecorded_deals,
        coalesce(sum(changes.undated_deals) over so_far, 0) as undated_deals
    from days
    left join changes
        on days.quarter_start = changes.quarter_start
        and days.calendar_day = changes.calendar_day
        and days.scope = changes.scope
        and days.segment = changes.segment
        and days.team_id = changes.team_id
        and days.rep_id = changes.rep_id
    window so_far as (
        partition by days.quarter_start, days.scope, days.segment, days.team_id, days.rep_id
        order by days.calendar_day rows between unbounded preceding and current row
    )
),

coverage_daily as (
    select
        running.quarter_start,
        running.calendar_day,
        running.days_to_quarter_end,
        running.scope,
        running.segment,
        running.team_id,
        running.rep_id,
        cast(running.open_deals as bigint) as open_deals,
        cast(running.open_amount as decimal(18, 2)) as open_amount,
        cast(running.open_won_amount as decimal(18, 2)) as open_won_amount,
        cast(running.won_amount as decimal(18, 2)) as won_amount,
        cast(running.unrecorded_deals as bigint) as unrecorded_deals,
        cast(running.undated_deals as bigint) as undated_deals,
        targets.target_amount
    from running
    left join targets
        on running.quarter_start = targets.period_start
        and running.scope = targets.scope
        and running.segment = targets.segment
        and running.team_id = targets.team_id
        and running.rep_id = targets.rep_id
)

select * from coverage_daily
