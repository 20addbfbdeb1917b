with states as (select * from {{ ref('int_pipeline_states') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

probabilities as (select * from {{ ref('int_stage_probabilities') }}),

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

weighted as (
    select
        daily.date_day,
        daily.segment,
        daily.team_id,
        daily.rep_id,
        daily.stage_id,
        daily.close_bucket,
        daily.opportunity_type,
        daily.deals as deal_count,
        daily.amount,
        daily.qualified_deals as qualified_count,
        daily.qualified_amount,
        cast({{ weighted('daily.amount', 'probabilities.probability') }} as double)
            as weighted_amount
    from daily
    inner join calendar on daily.date_day = calendar.calendar_day
    left join probabilities
        on calendar.month_start = probabilities.month_start
        and daily.segment = probabilities.segment
        and daily.stage_id = probabilities.stage_id
)

select * from weighted
order by date_day, segment, team_id, rep_id, stage_id, close_bucket, opportunity_type
