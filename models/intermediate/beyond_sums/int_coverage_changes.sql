-- What adds to the pipeline open for a fiscal quarter, to what of it is won by the quarter's end,
-- and to what had been won, by the day it does and at every scope; and how many deals were open of
-- which the history does not tell when they were to close. Long, because the inputs are brought to
-- one shape.
with spans as (select * from {{ ref('int_pipeline_spans') }}),

closings as (select * from {{ ref('int_closing_events') }}),

daily as (
    select *
    from {{ ref('int_measures_daily') }}
    where measure_id = 'won_amount'
),

calendar as (select * from {{ ref('int_calendar_days') }}),

scopes as (
    select *
    from {{ ref('int_scopes') }}
    where scope in ('company', 'segment', 'team', 'rep')
),

-- What of a deal stood won when the quarter ended. A reopening takes back a win of its own quarter;
-- later it is too late, and a win of an earlier quarter is none of what was open in this one.
won_in_quarter as (
    select
        opportunity_id,
        {{ fiscal_quarter_start('credited_on') }} as quarter_start,
        sum(won_amount) as won_amount
    from closings
    where won_amount is not null
        and {{ fiscal_quarter_start('credited_on') }} = {{ fiscal_quarter_start('event_on') }}
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
        1 as deals,
        coalesce(spans.amount, 0) as amount,
        coalesce(won_in_quarter.won_amount, 0) as won_amount,
        0 as unrecorded_deals,
        0 as undated_deals
    from spans
    inner join quarters
        on spans.close_quarter = quarters.quarter_start
        and spans.from_day <= quarters.quarter_end
        and spans.to_day > quarters.quarter_start
    left join won_in_quarter
        on spans.opportunity_id = won_in_quarter.opportunity_id
        and spans.close_quarter = won_in_quarter.quarter_start
    where spans.is_qualified
    union all
    -- They may belong to any quarter, so they stand in each they are open in.
    select
        quarters.quarter_start,
        greatest(spans.from_day, quarters.quarter_start) as from_day,
        least(spans.to_day, quarters.quarter_end + 1) as to_day,
        quarters.quarter_end + 1 as next_quarter,
        spans.segment,
        spans.team_id,
        spans.rep_id,
        0 as deals,
        0 as amount,
        0 as won_amount,
        1 as unrecorded_deals,
        case when spans.is_undated then 1 else 0 end as undated_deals
    from spans
    inner join quarters
        on spans.from_day <= quarters.quarter_end and spans.to_day > quarters.quarter_start
    where spans.is_qualified and spans.is_unrecorded
),

deltas as (
    select
        quarter_start,
        from_day as calendar_day,
        segment,
        team_id,
        rep_id,
        deals as open_deals,
        amount as open_amount,
        won_amount as open_won_amount,
        0 as won_amount,
        unrecorded_deals,
        undated_deals
    from standing
    union all
    select
        quarter_start,
        to_day as calendar_day,
        segment,
        team_id,
        rep_id,
        -deals as open_deals,
        -amount as open_amount,
        -won_amount as open_won_amount,
        0 as won_amount,
        -unrecorded_deals as unrecorded_deals,
        -undated_deals as undated_deals
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
        measure_value as won_amount,
        0 as unrecorded_deals,
        0 as undated_deals
    from daily
),

coverage_changes as (
    select
        deltas.quarter_start,
        deltas.calendar_day,
        scopes.scope,
        {{ reported_keys('deltas') }},
        sum(deltas.open_deals) as open_deals,
        sum(deltas.open_amount) as open_amount,
        sum(deltas.open_won_amount) as open_won_amount,
        sum(deltas.won_amount) as won_amount,
        sum(deltas.unrecorded_deals) as unrecorded_deals,
        sum(deltas.undated_deals) as undated_deals
    from deltas
    cross join scopes
    group by 1, 2, 3, 4, 5, 6
)

select * from coverage_changes
