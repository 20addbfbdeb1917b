with states as (select * from {{ ref('int_pipeline_states') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

probabilities as (select * from {{ ref('int_stage_probabilities') }}),

-- A company that gives no amounts has no pipeline of 0.
amounts as (
    select min(from_day) as known_from
    from states
    where amount <> 0
),

daily as (
    select
        {{ each_day('from_day', days_between('from_day', 'to_day')) }} as date_day,
        segment,
        team_id,
        rep_id,
        stage_id,
        close_bucket,
        opportunity_type,
        deals,
        amount,
        qualified_deals,
        qualified_amount
    from states
),

pipeline_daily as (
    select
        daily.date_day,
        daily.segment,
        daily.team_id,
        daily.rep_id,
        daily.stage_id,
        daily.close_bucket,
        daily.opportunity_type,
        daily.deals as deal_count,
        {%- set is_known = 'daily.date_day >= amounts.known_from' %}
        case when {{ is_known }} then daily.amount end as amount,
        daily.qualified_deals as qualified_count,
        case when {{ is_known }} then daily.qualified_amount end as qualified_amount,
        case
            when {{ is_known }}
                then cast({{ weighted('daily.amount', 'probabilities.probability') }} as double)
        end as weighted_amount
    from daily
    cross join amounts
    inner join calendar on daily.date_day = calendar.calendar_day
    left join probabilities
        on calendar.month_start = probabilities.month_start
        and daily.segment = probabilities.segment
        and daily.stage_id = probabilities.stage_id
)

select * from pipeline_daily
order by date_day, segment, team_id, rep_id, stage_id, close_bucket, opportunity_type
