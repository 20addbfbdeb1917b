-- What deals not open yet are expected to bring: the mean of the last quarters, each with as many
-- days to go. n_quarters counts all earlier quarters that won anything; one that the CRM's history
-- began in, later than in its first week, is no whole quarter.
with days as (select * from {{ ref('int_forecast_days') }}),

late_wins as (select * from {{ ref('int_forecast_late_wins') }}),

visits as (select * from {{ ref('int_stage_visits') }}),

beginning as (
    select min(entered_on) as began_on
    from visits
),

quarters as (
    select
        late_wins.quarter_start,
        late_wins.quarter_end
    from late_wins
    cross join beginning
    where late_wins.quarter_start + 6 >= beginning.began_on
    group by 1, 2
    having sum(late_wins.won_amount) > 0
),

earlier as (
    select
        days.forecast_on,
        days.quarters_ahead,
        days.days_to_quarter_end,
        quarters.quarter_start,
        row_number() over (
            partition by days.forecast_on, days.quarters_ahead order by quarters.quarter_end desc
        ) as quarters_ago,
        count(*) over (partition by days.forecast_on, days.quarters_ahead) as n_quarters
    from days
    inner join quarters on days.forecast_on >= quarters.quarter_end
),

yet_to_come as (
    select
        earlier.forecast_on,
        earlier.quarters_ahead,
        late_wins.segment,
        max(earlier.n_quarters) as n_quarters,
        -- Reversals may have taken more than such deals brought: that is a loss of what was won,
        -- and deals that are not there yet bring nothing at worst.
        greatest(
            cast(
                sum(
                    case
                        when late_wins.days_to_quarter_end < earlier.days_to_quarter_end
                            then late_wins.won_amount
                        else 0
                    end
                ) as double
            ),
            0
        ) / nullif(least(max(earlier.n_quarters), {{ quarters_averaged() }}), 0) as amount,
        cast(
            sum(
                case
                    when late_wins.days_to_quarter_end < earlier.days_to_quarter_end
                        then late_wins.squared_amount
                    else 0
                end
            ) as double
        ) / nullif(least(max(earlier.n_quarters), {{ quarters_averaged() }}), 0) as variance
    from earlier
    inner join late_wins on earlier.quarter_start = late_wins.quarter_start
    where earlier.quarters_ago <= {{ quarters_averaged() }}
    group by 1, 2, 3
)

select * from yet_to_come
