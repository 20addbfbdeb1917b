-- A dashboard that takes the names of reps from dim_reps loses no number: also not those of whom
-- only a plan knows.
with numbers as (
    select rep_id
    from {{ ref('metric_values') }}
    union
    select rep_id
    from {{ ref('coverage_curve') }}
    union
    select rep_id
    from {{ ref('forecast_accuracy') }}
),

reps as (select * from {{ ref('dim_reps') }}),

unnamed as (
    select numbers.rep_id
    from numbers
    anti join reps on numbers.rep_id = reps.rep_id
    where numbers.rep_id <> 'all'
)

select * from unnamed
