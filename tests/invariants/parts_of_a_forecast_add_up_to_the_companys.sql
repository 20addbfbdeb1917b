-- Of every day and quarter: the segments, and likewise the teams, to a hundredth of a cent each.
with forecasts as (select * from {{ ref('quarter_forecast') }}),

summed as (
    select
        forecast_on,
        quarter_start,
        scope,
        count(*) as parts,
        sum(open_count) as open_count,
        sum(won_so_far) as won_so_far,
        sum(from_open) as from_open,
        sum(from_to_be_created) as from_to_be_created,
        sum(expected) as expected
    from forecasts
    where scope <> 'company'
    group by forecast_on, quarter_start, scope
),

company as (
    select *
    from forecasts
    where scope = 'company'
)

select
    company.forecast_on,
    company.quarter_start,
    summed.scope,
    company.expected,
    summed.expected as expected_of_parts
from company
left join summed
    on company.forecast_on = summed.forecast_on and company.quarter_start = summed.quarter_start
where summed.open_count is distinct from company.open_count
    or summed.won_so_far is distinct from company.won_so_far
    or abs(summed.from_open - company.from_open) > 0.01
    or abs(summed.from_to_be_created - company.from_to_be_created) > 0.01
    or abs(summed.expected - company.expected) > 0.01
    or (summed.expected is null) <> (company.expected is null)
