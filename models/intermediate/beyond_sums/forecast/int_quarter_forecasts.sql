-- The forecast beside the target: the range that holds four of five outcomes, and the chance that
-- the quarter ends at its target or above. Targets carry no day on which they were set: a plan
-- counts from its quarter's first day on, and the next quarter has none yet.
with ranges as (select * from {{ ref('int_forecast_ranges') }}),

targets as (
    select *
    from {{ ref('int_targets_scoped') }}
    where period_type = 'quarter'
),

quarter_forecasts as (
    select
        ranges.forecast_on,
        ranges.quarters_ahead,
        ranges.scope,
        ranges.segment,
        ranges.team_id,
        ranges.rep_id,
        ranges.open_deals,
        ranges.open_amount,
        ranges.won_so_far,
        ranges.from_open,
        ranges.from_to_be_created,
        ranges.variance,
        ranges.quarter_start,
        ranges.quarter_end,
        ranges.days_to_quarter_end,
        ranges.n_quarters,
        ranges.expected,
        ranges.n_errors,
        ranges.error,
        targets.target_amount,
        -- What is won stays won, but for a reopening.
        case
            when ranges.expected is not null
                then
                    greatest(
                        ranges.expected - {{ errors_of_80() }} * ranges.error,
                        least(cast(ranges.won_so_far as double), ranges.expected)
                    )
        end as low_80,
        ranges.expected + {{ errors_of_80() }} * ranges.error as high_80,
        case
            when ranges.won_so_far >= targets.target_amount then 1
            when ranges.days_to_quarter_end = 0 and ranges.quarters_ahead = 0 then 0
            when ranges.error > 0 and targets.target_amount is not null
                then
                    {{ normal_share(
                        '((ranges.expected - cast(targets.target_amount as double))'
                        ~ ' / nullif(ranges.error, 0))'
                    ) }}
            -- Nothing is open and nothing to come: a weekend is left, or a team has no deals.
            when ranges.error = 0 and ranges.expected < targets.target_amount then 0
        end as p_target
    from ranges
    left join targets
        on ranges.quarters_ahead = 0
        and ranges.quarter_start = targets.period_start
        and ranges.scope = targets.scope
        and ranges.segment = targets.segment
        and ranges.team_id = targets.team_id
)

select * from quarter_forecasts
