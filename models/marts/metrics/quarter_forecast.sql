-- Will we hit the number? One answer, which metrics, scorecards and analyses read.
with bounded as (select * from {{ ref('int_quarter_forecasts') }}),

worded as (
    select
        *,
        case
            when expected is null then 'no_forecast'
            when quarters_ahead = 1 then 'not_planned_yet'
            when target_amount is null then 'no_target'
            when won_so_far >= target_amount then 'reached'
            when quarters_ahead = 0 and days_to_quarter_end = 0 then 'missed'
            when low_80 >= target_amount then 'will_be_reached'
            when high_80 < target_amount then 'will_be_missed'
            when p_target >= 0.5 then 'rather_reached'
            else 'rather_missed'
        end as outlook
    from bounded
),

quarter_forecast as (
    select
        forecast_on,
        quarter_start,
        quarter_end,
        cast(days_to_quarter_end as bigint) as days_to_quarter_end,
        cast(quarters_ahead as bigint) as quarters_ahead,
        scope,
        segment,
        team_id,
        'all' as rep_id,
        open_deals as open_count,
        cast(open_amount as decimal(18, 2)) as open_amount,
        cast(won_so_far as decimal(18, 2)) as won_so_far,
        case when expected is not null then cast(from_open as double) end as from_open,
        case when expected is not null then cast(from_to_be_created as double) end
            as from_to_be_created,
        expected,
        low_80,
        high_80,
        target_amount,
        case when expected is not null then cast(p_target as double) end as p_target,
        case outlook
            when 'no_forecast' then 'no forecast: no whole quarter with a win has ended yet'
            when 'not_planned_yet'
                then 'no target yet: a plan counts from the first day of its quarter on'
            when 'no_target' then 'no target to compare with'
            when 'reached' then 'the target is reached'
            when 'missed' then 'the target was missed'
            when 'will_be_reached' then 'will be reached: the whole range lies above the target'
            when 'will_be_missed' then 'will be missed: the whole range lies below the target'
            when 'rather_reached' then 'more likely reached than missed'
            else 'more likely missed than reached'
        end
        || case
            when expected is null or days_to_quarter_end = 0 and quarters_ahead = 0 then ''
            when n_quarters = 1 then '; it rests on one earlier quarter, the range is a guess'
            when n_quarters < {{ quarters_enough() }}
                then '; it rests on few earlier quarters, the range is wide for that'
            else ''
        end as verdict,
        cast(n_quarters as bigint) as n_quarters,
        cast(n_errors as bigint) as n_errors,
        case
            when expected is null then 'none'
            when n_quarters < {{ quarters_enough() }} then 'thin_history'
            when n_errors < {{ quarters_of_errors() }} then 'chance_and_few_errors'
            else 'own_errors'
        end as method
    from worded
)

select * from quarter_forecast
order by forecast_on, quarter_start, scope, segment, team_id
