-- For every day of every fiscal quarter: the open qualified pipeline closing in it, what of that was
-- won by the quarter's end, and what had been won so far. Spans and wins add to their day, a running
-- sum over the days of the quarter does the rest. Long, because two inputs are brought to one shape
-- before they meet the days.
with spans as (select * from {{ ref('int_pipeline_spans') }}),

closings as (select * from {{ ref('int_closing_events') }}),

daily as (
    select *
    from {{ ref('int_measures_daily') }}
    where measure_id = 'won_amount'
),

targets as (
    select *
    from {{ ref('int_targets_scoped') }}
    where period_type = 'quarter'
),

calendar as (select * from {{ ref('int_calendar_days') }}),

scopes as (
    select *
    from {{ ref('int_scopes') }}
    where scope in ('company', 'segment', 'team', 'rep')
),

-- What a deal brought in within a quarter, by whatever way it came to that.
won_in_quarter as (
    select
        opportunity_id,
        {{ fiscal_quarter_start('event_on') }} as quarter_start,
        sum(won_amount) as won_amount
    from closings
    where won_amount is not null
    group by 1, 2
),

quarters as (
    select distinct
        quarter_start,
        quarter_end
    from calendar
),

standing as (
    select
        quarters.quarter_start,
        greatest(spans.from_day, quarters.quarter_start) as from_day,
        least(spans.to_day, quarters.quarter_end + 1) as to_day,
        quarters.quarter_end + 1 as next_quarter,
        spans.segment,
        spans.team_id,
        spans.rep_id,
        coalesce(spans.amount, 0) as amount,
        coalesce(won_in_quarter.won_amount, 0) as won_amount
    from spans
    inner join quarters
        on spans.close_quarter = quarters.quarter_start
        and spans.from_day <= quarters.quarter_end
        and spans.to_day > quarters.quarter_start
    left join won_in_quarter
        on spans.opportunity_id = won_in_quarter.opportunity_id
        and spans.close_quarter = won_in_quarter.quarter_start
    where spans.is_qualified
),

deltas as (
    select
        quarter_start,
        from_day as calendar_day,
        segment,
        team_id,
        rep_id,
        1 as open_deals,
        amount as open_amount,
        won_amount as open_won_amount,
        0 as won_amount
    from standing
    union all
    select
        quarter_start,
        to_day as calendar_day,
        segment,
        team_id,
        rep_id,
        -1 as open_deals,
        -amount as open_amount,
        -won_amount as open_won_amount,
        0 as won_amount
    from standing
    where to_day < next_quarter
    union all
    select
        {{ fiscal_quarter_start('measured_on') }} as quarter_start,
        measured_on as calendar_day,
        segment,
        team_id,
        rep_id,
        0 as open_deals,
        0 as open_amount,
        0 as open_won_amount,
        measure_value as won_amount
    from daily
),

scoped as (
    select
        deltas.quarter_start,
        deltas.calendar_day,
        scopes.scope,
        case when scopes.keeps_segment then deltas.segment else 'all' end as segment,
        case when scopes.keeps_team then deltas.team_id else 'all' end as team_id,
        case when scopes.keeps_rep then deltas.rep_id else 'all' end as rep_id,
        sum(deltas.open_deals) as open_deals,
        sum(deltas.open_amount) as open_amount,
        sum(deltas.open_won_amount) as open_won_amount,
        sum(deltas.won_amount) as won_amount
    from deltas
    cross join scopes
    group by 1, 2, 3, 4, 5, 6
),

keys as (
    select
        quarter_start,
        scope,
        segment,
        team_id,
        rep_id
    from scoped
    union
    select
        targets.period_start as quarter_start,
        targets.scope,
        targets.segment,
        targets.team_id,
        targets.rep_id
    from targets
    inner join scopes on targets.scope = scopes.scope
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
        {% for column in ['open_deals', 'open_amount', 'open_won_amount', 'won_amount'] -%}
        coalesce(sum(scoped.{{ column }}) over so_far, 0) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from days
    left join scoped
        on days.quarter_start = scoped.quarter_start
        and days.calendar_day = scoped.calendar_day
        and days.scope = scoped.scope
        and days.segment = scoped.segment
        and days.team_id = scoped.team_id
        and days.rep_id = scoped.rep_id
    window so_far as (
        partition by days.quarter_start, days.scope, days.segment, days.team_id, days.rep_id
        order by days.calendar_day rows between unbounded preceding and current row
    )
),

covered as (
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
        targets.target_amount
    from running
    left join targets
        on running.quarter_start = targets.period_start
        and running.scope = targets.scope
        and running.segment = targets.segment
        and running.team_id = targets.team_id
        and running.rep_id = targets.rep_id
)

select * from covered
