-- How far off a forecast may be. The deals' own chance and the error of the rates give a first
-- size; how far earlier quarters fell from their forecasts with as many days to go, in units of
-- that size, then widens or narrows it. Only quarters that have ended by the forecast's day count,
-- and no forecast that rested on little.
-- Long, because the first size, the errors and the range are three steps.
with forecasts as (
    select *
    from {{ ref('int_forecasts_scoped') }}
    where scope in ('company', 'segment', 'team')
),

outcomes as (
    select
        quarter_start,
        scope,
        segment,
        team_id,
        won_so_far as won_amount
    from forecasts
    where quarters_ahead = 0 and days_to_quarter_end = 0
),

sized as (
    select
        *,
        expected - cast(won_so_far as double) as still_expected,
        sqrt(
            cast(variance as double)
            + power({{ error_of_rates() }} * (expected - cast(won_so_far as double)), 2)
        ) as size
    from forecasts
),

misses as (
    select
        sized.quarter_start,
        sized.quarter_end,
        sized.quarters_ahead,
        sized.days_to_quarter_end,
        sized.scope,
        sized.segment,
        sized.team_id,
        -- A quarter that went wrong beyond measure says no more than three sizes.
        least(
            power(
                (cast(outcomes.won_amount as double) - sized.expected) / nullif(sized.size, 0), 2
            ), 9
        ) as squared_miss
    from sized
    inner join outcomes
        on sized.quarter_start = outcomes.quarter_start
        and sized.scope = outcomes.scope
        and sized.segment = outcomes.segment
        and sized.team_id = outcomes.team_id
    where sized.size > 0 and sized.n_quarters >= {{ quarters_enough() }}
),

by_quarter as (
    select
        sized.forecast_on,
        sized.quarters_ahead,
        sized.scope,
        sized.segment,
        sized.team_id,
        misses.quarter_start,
        cast(sum(cast(misses.squared_miss as decimal(18, 9))) as double)
        / nullif(count(*), 0) as squared_miss
    from sized
    inner join misses
        on sized.scope = misses.scope
        and sized.segment = misses.segment
        and sized.team_id = misses.team_id
        and sized.quarters_ahead = misses.quarters_ahead
        and sized.forecast_on >= misses.quarter_end
        and sized.days_to_quarter_end <= misses.days_to_quarter_end + 3
        and sized.days_to_quarter_end >= misses.days_to_quarter_end - 3
    group by 1, 2, 3, 4, 5, 6
),

judged as (
    select
        forecast_on,
        quarters_ahead,
        scope,
        segment,
        team_id,
        cast(sum(cast(squared_miss as decimal(18, 9))) as double) as squared_misses,
        count(*) as n_errors
    from by_quarter
    group by 1, 2, 3, 4, 5
),

forecast_ranges as (
    select
        sized.forecast_on,
        sized.quarters_ahead,
        sized.scope,
        sized.segment,
        sized.team_id,
        sized.rep_id,
        sized.open_deals,
        sized.open_amount,
        sized.won_so_far,
        sized.from_open,
        sized.from_to_be_created,
        sized.variance,
        sized.quarter_start,
        sized.quarter_end,
        sized.days_to_quarter_end,
        sized.n_quarters,
        sized.expected,
        sized.still_expected,
        sized.size,
        coalesce(judged.n_errors, 0) as n_errors,
        sqrt(
            ({{ prior_errors() }} + coalesce(judged.squared_misses, 0))
            / ({{ prior_errors() }} + coalesce(judged.n_errors, 0))
            * sized.size * sized.size
            + case
                when sized.n_quarters < {{ quarters_enough() }}
                    then power(0.5 * sized.still_expected / nullif(sized.n_quarters, 0), 2)
                else 0
            end
        )
        * {{ widened_for_few('coalesce(judged.n_errors, 0) + ' ~ prior_errors()) }} as error
    from sized
    left join judged
        on sized.forecast_on = judged.forecast_on
        and sized.quarters_ahead = judged.quarters_ahead
        and sized.scope = judged.scope
        and sized.segment = judged.segment
        and sized.team_id = judged.team_id
)

select * from forecast_ranges
